"""Nova is told apart from a switch whose database does not listen where Nova looks for it."""

import socket
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.compute import switch_database
from fixtures.compute.nova_options import Setting
from fixtures.compute.switch_database import BY_DEFAULT, SwitchDatabase
from fixtures.network.drivers import linuxbridge, openvswitch
from fixtures.nodes.config import EffectiveConfig

check = import_module("tests.compute.test_compute_nodes").test_nova_reaches_the_database_of_open_vswitch


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> Any:
    """This machine, as a node that Open vSwitch wires."""
    here = testinfra.get_host("local://")
    inside = SimpleNamespace(host=SimpleNamespace(try_run=here.run))
    monkeypatch.setattr(switch_database, "driver_on", lambda _: openvswitch.DRIVER)
    return SimpleNamespace(name="compute1", host=here, service=lambda _: inside)


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of the loopback interface at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def trouble(wired: Any, connection: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    text = f"[os_vif_ovs]\novsdb_connection = {connection}\n"
    monkeypatch.setattr(switch_database, "nova_conf_of", lambda _: EffectiveConfig("n", {"/etc/nova/nova.conf": text}))
    return switch_database._trouble_on.read(wired)


def test_a_database_that_listens_is_no_trouble(wired: Any, listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trouble(wired, f"tcp:127.0.0.1:{listening}", monkeypatch) == ""


def test_one_that_does_not_is_told_with_what_helps(wired: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:  # by nobody else meanwhile, and it does not listen
        bound.bind(("127.0.0.1", 0))
        where = f"tcp:127.0.0.1:{bound.getsockname()[1]}"
        why = trouble(wired, where, monkeypatch)
    assert why == "Connection refused"
    said = (
        r"compute1: \[os_vif_ovs\] ovsdb_connection = tcp:127\.0\.0\.1:6640 \(the default\), .* Connection refused\. "
    )
    with pytest.raises(AssertionError, match=said + r"Fix: .*ovs-vsctl set-manager ptcp:6640:127\.0\.0\.1"):
        check(wired, SwitchDatabase(Setting("os_vif_ovs", "ovsdb_connection", BY_DEFAULT, ""), why))


def test_a_socket_is_looked_for_where_nova_is(wired: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trouble(wired, f"unix:{tmp_path}/db.sock", monkeypatch) == "no such socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{tmp_path}/db.sock")
    assert trouble(wired, f"unix:{tmp_path}/db.sock", monkeypatch) == ""


def test_what_is_no_place_is_told(wired: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "it is none of tcp:" in str(trouble(wired, "127.0.0.1", monkeypatch))


def test_without_open_vswitch_there_is_nothing_to_reach(wired: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch_database, "driver_on", lambda _: linuxbridge.DRIVER)
    assert trouble(wired, BY_DEFAULT, monkeypatch) is None
    monkeypatch.setattr(switch_database, "_trouble_on", lambda _: None)
    with pytest.raises(pytest.skip.Exception, match="no Open vSwitch"):
        switch_database.switch_database.__wrapped__(wired, None)  # type: ignore[attr-defined]
