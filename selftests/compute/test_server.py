import time
from collections.abc import Sequence
from typing import Any, cast

import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.exceptions import NotFoundException

from fixtures.compute import server, server_end
from fixtures.compute.server import _Told, fixed_ip, wait_until_active
from fixtures.compute.server_end import what_remains_of
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed

CLOUD = cast(Connection, None)
FLOATING = {"addr": "203.0.113.7", "OS-EXT-IPS:type": "floating"}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)


def told(status: str, nova: Sequence[str] = (), neutron: Sequence[str] = ()) -> _Told:
    fixed = [{"addr": each, "OS-EXT-IPS:type": "fixed"} for each in nova]
    addresses: dict[str, Any] = {"selfservice": [FLOATING, *fixed]} if nova else {}
    return _Told(Server(id="s1", status=status, addresses=addresses), list(neutron))


def waited(monkeypatch: pytest.MonkeyPatch, *ahead: _Told, deadline: float = 0.2) -> Server:
    left = list(ahead)
    monkeypatch.setattr(server, "_told", lambda *_: left.pop(0) if len(left) > 1 else left[0])
    return wait_until_active(CLOUD, Server(id="s1"), Deadlines(server_active=deadline))


def test_a_server_is_ready_when_nova_knows_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [told("BUILD"), told("ACTIVE", [], ["172.16.1.5"]), told("ACTIVE", ["172.16.1.5"], ["172.16.1.5"])]
    assert fixed_ip(waited(monkeypatch, *late)) == "172.16.1.5"


def test_a_stale_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        WaitFailed, match=r"last seen: ACTIVE; its addresses: 172\.16\.1\.4 by Nova, 172\.16\.1\.5 by Neut"
    ):
        waited(monkeypatch, told("ACTIVE", ["172.16.1.4"], ["172.16.1.5"]))


def test_a_server_that_builds_for_ever_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WaitFailed, match=r"server s1 to be ACTIVE: not within 0\.2 s; last seen: BUILD\."):
        waited(monkeypatch, told("BUILD"))


def test_a_server_in_error_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WaitFailed, match="server s1 to be ACTIVE: it is in ERROR: Nova gives no reason"):
        waited(monkeypatch, told("ERROR"), deadline=600)


def remains(monkeypatch: pytest.MonkeyPatch, nova: Sequence[str], neutron: Sequence[str]) -> str:
    for name, lines in {"_in_nova": nova, "_in_neutron": neutron, "_in_placement": []}.items():
        monkeypatch.setattr(server_end, name, lambda *_, lines=lines: iter(lines))
    return what_remains_of(CLOUD, "s1").status


def test_a_server_is_there_as_long_as_any_service_has_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert remains(monkeypatch, ["Nova: DELETED"], []) == "Nova: DELETED"
    assert remains(monkeypatch, [], ["Neutron: port p1 DOWN"]) == "Neutron: port p1 DOWN"
    assert remains(monkeypatch, ["a"], ["b"]) == "a; b"
    with pytest.raises(NotFoundException):
        remains(monkeypatch, [], [])
