from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.exceptions import ForbiddenException, NotFoundException

from fixtures.cleanup import ownership
from fixtures.cleanup.ownership import Owners
from fixtures.cleanup.resources import compute as tagged_in_compute
from fixtures.cleanup.search import Search
from fixtures.compute import server, server_end
from fixtures.compute.server import _Told, ending, fixed_ip, wait_until_active
from fixtures.compute.server_end import what_remains_of
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import is_proven
from fixtures.core.waiting import WaitFailed

CLOUD = cast(Connection, None)
REQUEST = "req-6a2d4c1e-0b3f-4a5d-9c8e-7f6a5b4c3d2e"
FLOATING = {"addr": "203.0.113.7", "OS-EXT-IPS:type": "floating"}
pytestmark = pytest.mark.usefixtures("pauses")


def told(status: str, nova: Sequence[str] = (), neutron: Sequence[str] = ()) -> _Told:
    fixed = [{"addr": each, "OS-EXT-IPS:type": "fixed"} for each in nova]
    addresses: dict[str, Any] = {"selfservice": [FLOATING, *fixed]} if nova else {}
    return _Told(Server(id="s1", status=status, addresses=addresses), list(neutron))


def waited(monkeypatch: pytest.MonkeyPatch, *ahead: _Told, deadline: float = 20, cloud: Connection = CLOUD) -> Server:
    left = list(ahead)
    monkeypatch.setattr(server, "_told", lambda *_: left.pop(0) if len(left) > 1 else left[0])
    return wait_until_active(cloud, Server(id="s1"), Deadlines(server_active=deadline))


def with_actions(*actions: str, refuses: bool = False) -> Connection:
    """A Nova that tells what was done with a server, the newest first; or lets nobody see it."""

    def listed(_: str) -> list[Any]:
        if refuses:
            raise ForbiddenException
        return [SimpleNamespace(action=each, request_id=REQUEST) for each in actions]

    return cast(Connection, SimpleNamespace(compute=SimpleNamespace(server_actions=listed)))


def test_a_server_is_ready_when_nova_knows_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [told("BUILD"), told("ACTIVE", [], ["172.16.1.5"]), told("ACTIVE", ["172.16.1.5"], ["172.16.1.5"])]
    assert fixed_ip(waited(monkeypatch, *late)) == "172.16.1.5"


def test_a_stale_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        WaitFailed, match=r"last seen: ACTIVE; its addresses: 172\.16\.1\.4 by Nova, 172\.16\.1\.5 by Neut"
    ):
        waited(monkeypatch, told("ACTIVE", ["172.16.1.4"], ["172.16.1.5"]))


def test_a_server_that_builds_for_ever_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WaitFailed, match=r"server s1 to be ACTIVE: not within 20 s; last seen: BUILD\."):
        waited(monkeypatch, told("BUILD"))


def test_a_server_in_error_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WaitFailed, match="server s1 to be ACTIVE: it is in ERROR: Nova gives no reason"):
        waited(monkeypatch, told("ERROR"), deadline=600, cloud=with_actions())


@pytest.mark.parametrize("where", ["tcp:127.0.0.1:6640", ""])
def test_a_switch_that_gives_no_answer_is_the_cause(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    failed = told("ERROR")
    failed.server.fault = {"message": f"Build aborted: Got error: Could not retrieve schema from {where}: refused"}
    with pytest.raises(WaitFailed, match="retrieve schema") as error:
        waited(monkeypatch, failed, cloud=with_actions())
    assert is_proven(error.value) is bool(where)
    assert ("Fix: on its host ovs-vsctl get-manager" in str(error.value)) is bool(where)


def test_the_request_that_came_to_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WaitFailed, match=rf"gives no reason \({REQUEST}\)\. Fix: "):
        waited(monkeypatch, told("ERROR"), cloud=with_actions("lock", "create"))
    with pytest.raises(WaitFailed, match=r"gives no reason\. Fix: "):
        waited(monkeypatch, told("ERROR"), cloud=with_actions(refuses=True))


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


class Keeping:
    """A Nova that keeps what is deleted until that is asked for by force; and Neutron with its port."""

    compute = network = property(lambda self: self)

    def __init__(self, *, lets_owners_force: bool = True) -> None:
        self.lets_owners_force = lets_owners_force
        self.there: Server | None = Server(id="s1", name="acc-1a2b3c4d5e6f-server", status="ACTIVE")
        self.listed_with: dict[str, Any] = {}

    def get_server(self, _: str) -> Server:
        if not self.there:
            raise NotFoundException
        return self.there

    def servers(self, **filters: Any) -> list[Server]:
        self.listed_with = filters
        return [self.there] if self.there else []

    def ports(self, device_id: str) -> list[Any]:
        return [SimpleNamespace(id="p1", status="DOWN")] if self.there else []

    def delete_server(self, _: object, force: bool = False) -> None:
        if force and not self.lets_owners_force:
            raise ForbiddenException
        self.there = None if force else Server(id="s1", status="SOFT_DELETED")


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> Keeping:
    for module in (server_end, tagged_in_compute, ownership):
        monkeypatch.setattr(module, "is_operator", lambda _: False)
    return Keeping()


def end_of_the_test(nova: Keeping) -> None:
    with ending(cast(Connection, nova), Server(id="s1"), Deadlines(gone=20)):
        pass


def test_a_server_that_nova_keeps_for_later_is_ended_for_good(keeping: Keeping) -> None:
    end_of_the_test(keeping)
    assert keeping.there is None


def test_where_its_owner_may_not_that_is_told(keeping: Keeping) -> None:
    keeping.lets_owners_force = False
    with pytest.raises(
        WaitFailed, match=r"server s1 to be gone: .* last seen: Nova: SOFT_DELETED; Neutron: port p1 DOWN"
    ):
        end_of_the_test(keeping)


def sweep(nova: Keeping) -> None:
    for found in tagged_in_compute.servers(Search(cast(Connection, nova), Owners())):
        found.end(found.thing)


def test_a_sweep_leaves_nothing_for_later_either(keeping: Keeping) -> None:
    sweep(keeping)
    assert keeping.there is None
    assert "is_soft_deleted" not in keeping.listed_with  # a member may not ask for that


def test_an_operators_sweep_finds_what_is_kept(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tagged_in_compute, ownership):
        monkeypatch.setattr(module, "is_operator", lambda _: True)
    keeping.there = Server(id="s1", name="acc-1a2b3c4d5e6f-server", status="SOFT_DELETED")
    sweep(keeping)
    assert keeping.there is None
    assert keeping.listed_with["is_soft_deleted"]


def test_where_force_is_refused_the_sweep_asks_as_anybody_would(keeping: Keeping) -> None:
    keeping.lets_owners_force = False
    sweep(keeping)
    assert keeping.there
    assert keeping.there.status == "SOFT_DELETED"
