from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.core.request_stats import EFFORT
from fixtures.core.waiting import WaitFailed
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.node import Node
from fixtures.nodes.process_args import command, parse_started
from fixtures.nodes.systemd_units import Unit, known_unit, parse_properties, read_unit, wait_until_settled
from selftests.nodes.engines import UNIT, with_unit
from selftests.nodes.known_nodes import KnownFacts

RUNNING = Unit(
    node="compute1",
    name="nova-compute.service",
    enablement="enabled",
    state="active/running",
    restarts=0,
    active_for=16,
    socket_enabled=False,
    socket_listens=False,
    starter="nova-compute.service",
    switch="nova-compute.service",
)


def test_a_service_that_was_never_restarted_is_settled() -> None:
    assert RUNNING.is_settled


def test_a_service_that_was_just_started_may_still_die_of_a_wrong_option() -> None:
    assert not replace(RUNNING, active_for=14).is_settled
    assert replace(RUNNING, active_for=0, socket_listens=True).is_settled


@pytest.mark.parametrize(
    ("uptime", "restarts", "is_settled"),
    [("90", 0, True), ("16", 0, False), ("5", 0, True), ("90", 3, True), ("5", 3, False)],
)
def test_an_age_that_cannot_be_is_none(
    uptime: str, restarts: int, is_settled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container /proc/uptime may be its own (lxcfs), and systemd's clock is the host's."""
    properties = "Id=x.service\nLoadState=loaded\nActiveState=active\nSubState=running\n"
    shown = f"{uptime} 0 1800000000\n{properties}NRestarts={restarts}\nActiveEnterTimestampMonotonic=10000000\n"
    host = CheckedHost(testinfra.get_host("local://").backend)
    monkeypatch.setattr(CheckedHost, "check_output", lambda *_: shown)
    assert read_unit(host, ["x.service"]).is_settled is is_settled


def test_a_service_that_was_just_restarted_is_not() -> None:
    assert not replace(RUNNING, restarts=3).is_settled


def test_a_service_that_was_restarted_long_ago_is() -> None:
    assert replace(RUNNING, restarts=3, active_for=61).is_settled


def test_where_restarts_are_not_counted_only_time_tells() -> None:
    assert not replace(RUNNING, restarts=None).is_settled
    assert replace(RUNNING, restarts=None, active_for=61).is_settled


def test_a_service_at_rest_behind_its_socket_is_ready() -> None:
    assert replace(RUNNING, state="inactive/dead", socket_listens=True).is_ready


@pytest.mark.parametrize("state", ["inactive/dead", "failed/failed", "activating/auto-restart"])
def test_any_other_state_is_not(state: str) -> None:
    assert not replace(RUNNING, state=state).is_ready


def test_an_enabled_socket_starts_its_service_at_boot() -> None:
    disabled = replace(RUNNING, enablement="disabled", starter="")
    assert replace(disabled, socket_enabled=True).starts_at_boot
    assert not disabled.starts_at_boot


class FakeHost:
    backend = SimpleNamespace(hostname="compute1")

    def __init__(self, stdout: str) -> None:
        self.stdout = stdout

    def check_output(self, _command: str, *_args: str) -> str:
        return self.stdout


def test_the_installed_one_of_two_is_read() -> None:
    host = FakeHost(
        "100.00 50.00 1700000000\n"
        "Id=libvirtd.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n\n"
        "NRestarts=2\nActiveEnterTimestampMonotonic=40000000\nId=virtqemud.service\nLoadState=loaded\n"
        "ActiveState=active\nSubState=running\nUnitFileState=disabled\n\n"
        "Id=virtqemud.socket\nLoadState=loaded\nActiveState=active\nSubState=listening\nUnitFileState=enabled\n"
    )
    unit = read_unit(host, ["libvirtd.service", "virtqemud.service", "virtqemud.socket"])
    expected = Unit("compute1", "virtqemud.service", "disabled", "active/running", 2, 60.0, True, True)
    assert unit == replace(expected, switch="virtqemud.service")


def test_a_unit_that_is_not_installed_says_so() -> None:
    host = FakeHost("100.00 50.00 1700000000\nId=nova-compute.service\nLoadState=not-found\nActiveState=inactive\n")
    unit = read_unit(host, ["nova-compute.service"])
    assert (unit.name, unit.is_installed, unit.starts_at_boot) == ("nova-compute.service", False, False)
    assert unit.not_running.startswith("compute1: nova-compute.service is not installed, not running. Fix: ")
    assert unit.not_at_boot.startswith("compute1: nova-compute.service is not installed, so it will not run after ")


def test_a_message_has_the_node_the_state_and_the_command() -> None:
    unit = replace(RUNNING, enablement="disabled", state="failed/failed")
    assert unit.not_at_boot == (
        "compute1: nova-compute.service is disabled, so it will not run after a reboot. "
        "Fix: systemctl enable nova-compute.service"
    )
    assert unit.not_running == (
        "compute1: nova-compute.service is failed/failed, not running. "
        "Fix: systemctl start nova-compute.service; the reason is in journalctl -u nova-compute.service -n 50"
    )


def test_a_settled_unit_is_not_waited_for() -> None:
    wait_until_settled(lambda: RUNNING, deadline=1)


def test_a_unit_that_is_down_for_good_is_not_waited_for_either() -> None:
    with pytest.raises(WaitFailed, match=r"compute1: nova-compute.service to run .*it is failed/failed.*journalctl"):
        wait_until_settled(lambda: replace(RUNNING, state="failed/failed"), deadline=60)


@pytest.mark.usefixtures("pauses")
def test_a_wait_tells_what_it_saw_last_and_what_that_one_says() -> None:
    looks = iter([replace(RUNNING, restarts=3)])
    late = replace(RUNNING, restarts=7, active_for=2.4, says=lambda: "no such option")
    with pytest.raises(WaitFailed) as failed:
        wait_until_settled(lambda: next(looks, late), deadline=3)
    assert str(failed.value).endswith(
        "last seen: active/running, restarted 7 times, up for 2 s. Fix: read why it dies in "
        'journalctl -u nova-compute.service -n 50. It says: "no such option"'
    )


def test_the_properties_of_each_unit_are_told_apart() -> None:
    shown = "\nId=a.service\nExecStart={ argv[]=/a --b=c ; }\nUnitFileState=\n\nId=b.service\n"
    assert parse_properties(shown) == [
        {"Id": "a.service", "ExecStart": "{ argv[]=/a --b=c ; }", "UnitFileState": ""},
        {"Id": "b.service"},
    ]


@pytest.mark.parametrize("shown", ["", "\n\n"])
def test_where_nothing_is_shown_there_is_no_unit(shown: str) -> None:
    assert parse_properties(shown) == []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckedHost:
    """This machine, of which systemd has the unit x.service, that runs, and none else."""
    with_unit(tmp_path, UNIT.format(unit="x.service", first="x", command="x --debug"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return CheckedHost(testinfra.get_host("local://").backend)


def started(host: CheckedHost) -> dict[str, Any]:
    return dict(parse_started(["x.service"], host.check_output(command(["x.service"]))))


def test_the_facts_of_a_node_tell_of_a_unit_what_systemd_tells(here: CheckedHost) -> None:
    known, now = known_unit(here, ["x.service"], "", started(here)), read_unit(here, ["x.service"])
    assert known
    assert known.is_sound
    assert replace(known, active_for=0) == replace(now, active_for=0)
    assert known.active_for == pytest.approx(now.active_for, abs=30)


def test_facts_that_lack_something_tell_nothing(here: CheckedHost) -> None:
    told = started(here)
    assert known_unit(here, ["x.service", "y.service"], "", told) is None
    assert known_unit(here, ["x.service"], "", {"x.service": {"Id": "x.service", "LoadState": "loaded"}}) is None
    assert known_unit(here, ["x.service"], "", {"x.service": {**told["x.service"], "LoadState": "not-found"}}) is None


@pytest.mark.parametrize(
    ("told", "trips"),
    [
        ({}, 0),
        ({"ActiveState": "failed", "SubState": "failed"}, 1),
        ({"UnitFileState": "disabled", "StartedBy": ""}, 1),
    ],
)
def test_only_what_was_not_sound_is_asked_for_again(here: CheckedHost, told: dict[str, str], trips: int) -> None:
    node = Node("compute1", frozenset(), here)
    vars(node)["facts"] = KnownFacts(here, {"started": {"x.service": {**started(here)["x.service"], **told}}})
    before = EFFORT.commands["local"]
    assert node.first_unit(["x.service"]).is_sound
    assert EFFORT.commands["local"] - before == trips
