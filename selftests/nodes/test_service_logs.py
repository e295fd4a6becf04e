import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import testinfra

from fixtures.nodes import service_logs
from fixtures.nodes.checked_host import checked
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.node import Node
from fixtures.nodes.service_logs import errors_since, shared
from selftests.patience import LONG

NODE = Node("here", frozenset(), checked(testinfra.get_host("local://"), LONG))
SINCE = int(time.time()) - 60
NOW = time.strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of logs; a journal that has nothing."""
    folder = tmp_path / "nova"
    folder.mkdir()
    (tmp_path / "journalctl").write_text("#!/bin/sh\n")
    (tmp_path / "journalctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(service_logs, "FOLDERS", [str(folder), "/nowhere"])
    return folder


def test_the_errors_since_the_beginning_are_told(logs: Path) -> None:
    (logs / "api.log").write_text(f"2020-01-01 00:00:00 1 ERROR old\n{NOW}.1 1 ERROR it's new\n{NOW}.2 1 INFO fine\n")
    assert errors_since([NODE], SINCE) == f"== here\n{logs}/api.log:\n{NOW}.1 1 ERROR it's new"


def test_nothing_is_told_as_none(logs: Path) -> None:
    assert errors_since([NODE], SINCE) == "== here\nnone"


@pytest.mark.parametrize(
    "name", ["$(touch ran).log", "a b.log", "`touch ran`.log", "a\nb.log", "-n.log", "';touch ran;.log"]
)
def test_the_name_of_a_log_is_no_code(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (logs / name).write_text(f"{NOW} 1 ERROR new\n")
    assert f"{name}:\n{NOW} 1 ERROR new" in errors_since([NODE], SINCE)
    assert not (tmp_path / "ran").exists()


def test_little_is_read_and_less_is_told(logs: Path) -> None:
    with (logs / "api.log").open("w") as log:
        log.truncate(20 * 1024**3)  # sparse: read from its beginning it would take minutes
        log.seek(0, os.SEEK_END)
        for number in range(100):
            log.write(f"\n{NOW} 1 ERROR {number} {'x' * 5000}")
    *_, last = lines = errors_since([NODE], SINCE).splitlines()
    assert last.startswith(f"{NOW} 1 ERROR 99 ")
    assert len(lines) == 2 + service_logs.LINES
    assert max(map(len, lines)) == service_logs.LENGTH


def answering(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}")
    (folder / name).chmod(0o755)


# As DevStack's services write it: https://docs.openstack.org/devstack/latest/systemd.html, its colours
DEVSTACKS = r"""
case "$*" in *devstack*) printf '2024-05-01T10:00:00+0000 c devstack@n-cpu.service[7]: %b\033[00m\n' \
'\033[01;36mINFO nova.compute [None req-1] an ERROR of old' \
'\033[01;31mERROR nova.compute.manager [None req-1] it failed' ;;
esac
"""


def test_devstacks_errors_are_known_by_their_level(logs: Path, tmp_path: Path) -> None:
    answering(tmp_path, "journalctl", DEVSTACKS)
    assert errors_since([NODE], SINCE) == (
        "== here\n2024-05-01T10:00:00+0000 c devstack@n-cpu.service[7]: "
        "ERROR nova.compute.manager [None req-1] it failed"
    )


# openvswitch/ovs, include/openvswitch/vlog.h: UTC, a number, module and thread, level, text
MOMENT = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
SWITCH = f"""\
2020-01-01T00:00:00.000Z|00001|ofctrl|ERR|old
{MOMENT}.001Z|00002|main|INFO|fine: 3 4 ERROR
{MOMENT}.002Z|00003|patch|WARN|Bridge 'br-ex' not found for network 'provider'
{MOMENT}.003Z|00004|timeval(handler1)|WARN|Unreasonably long 1200ms poll interval (900ms user, 200ms system)
{MOMENT}.004Z|00005|pinctrl(ovn_pinctrl0)|ERR|no such thing
{MOMENT}.005Z|00006|reconnect|INFO|tcp:10.0.0.11:6642: connection attempt failed (Connection refused)
{MOMENT}.006Z|00007|util|EMER|assertion failed
"""


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the node's time zone."""
    return lambda name: monkeypatch.setenv("TZ", name)


def test_switches_are_heard_with_their_warnings(logs: Path, in_zone: Callable[[str], None]) -> None:
    in_zone("UTC")
    (logs / "ovn-controller.log").write_text(SWITCH)
    told = errors_since([NODE], SINCE).splitlines()[2:]
    assert [line.split("|")[1] for line in told] == ["00003", "00005", "00006", "00007"]
    assert told[0] == f"{MOMENT}.002Z|00003|patch|WARN|Bridge 'br-ex' not found for network 'provider'"


def test_switches_tell_the_nodes_own_time(logs: Path, in_zone: Callable[[str], None]) -> None:
    in_zone("XYZ-5:30")
    (logs / "ovn-controller.log").write_text(SWITCH)
    first = errors_since([NODE], SINCE).splitlines()[2]
    local = datetime.fromisoformat(f"{MOMENT}+00:00").astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert first.startswith(f"{local:%Y-%m-%dT%H:%M:%S}+0530|00003|patch|WARN|")


def test_of_a_switch_that_says_much_the_newest_lines_are_told(logs: Path) -> None:
    (logs / "ovs-vswitchd.log").write_text("".join(f"{MOMENT}.1Z|{n}|bridge|WARN|{n}\n" for n in range(100)))
    *_, last = lines = errors_since([NODE], SINCE).splitlines()
    assert len(lines) == 2 + service_logs.LINES
    assert last.endswith("|99|bridge|WARN|99")


@pytest.mark.parametrize("folder", ["/var/log/ovn", "/var/log/openvswitch", "/var/log/kolla/openvswitch"])
def test_the_folders_of_the_switches_are_looked_into(folder: str) -> None:
    assert folder in service_logs.FOLDERS


def test_a_switch_in_a_container_is_heard_with_its_warnings(
    logs: Path, tmp_path: Path, in_zone: Callable[[str], None]
) -> None:
    in_zone("UTC")
    (tmp_path / "said").write_text(SWITCH)
    answering(tmp_path, "docker", f"case $1 in ps) echo ovn_controller ;; logs) cat {tmp_path}/said ;; esac\n")
    told = errors_since([NODE], SINCE).splitlines()
    assert told[1] == "docker logs ovn_controller:"
    assert f"{MOMENT}.002Z|00003|patch|WARN|Bridge 'br-ex' not found for network 'provider'" in told
    assert not any("timeval" in line for line in told)


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_what_a_container_said_is_told(logs: Path, tmp_path: Path, engine: str) -> None:
    answering(
        tmp_path,
        engine,
        """case $1 in
ps) printf '%s\\n' nova_compute grafana '-x' ;;
logs) printf '%s\\n' "$*" INFO:__main__:Copying 'ERROR:__main__:MissingRequiredSource: nova.conf' >&2 ;;
esac
""",
    )
    assert errors_since([NODE], SINCE) == (
        f"== here\n{engine} logs nova_compute:\nERROR:__main__:MissingRequiredSource: nova.conf"
    )


def test_a_link_is_no_log(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{NOW} 1 ERROR secret\n")
    (logs / "api.log").symlink_to(tmp_path / "secret")
    assert errors_since([NODE], SINCE) == "== here\nnone"


def test_a_silent_node_does_not_hide_what_the_others_say(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (logs / "api.log").write_text(f"{NOW} 1 ERROR new\n")
    silent = Node("compute1", frozenset(), checked(testinfra.get_host("local://")))

    def fail(*_: object) -> None:
        raise NoAnswer("compute1", "Connection timed out")

    monkeypatch.setattr(silent.host, "try_run", fail)
    told = errors_since([silent, NODE], SINCE)
    assert "== compute1\ncompute1: no answer: Connection timed out" in told
    assert "ERROR new" in told


def test_many_failures_at_once_share_one_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []

    def collect() -> str:
        asked.append(now[0])
        now[0] += 2
        return f"at {asked[-1]:.0f}"

    monkeypatch.setattr("fixtures.nodes.service_logs.time.monotonic", lambda: now[0])
    told = shared(collect)
    assert told() == "at 0"
    now[0] = 21
    assert told() == "at 0"
    now[0] = 23
    assert told() == "at 23"


REFUSED = 'kernel: audit: type=1400 audit(1.2:3): apparmor="DENIED" operation="open" profile="libvirt-x" name="/srv/d"'


def test_what_apparmor_has_refused_is_told(logs: Path, tmp_path: Path) -> None:
    answering(
        tmp_path,
        "journalctl",
        f"""case "$*" in *_TRANSPORT=kernel*) printf '%s\\n' '{REFUSED}' 'kernel: all is well' ;; esac\n""",
    )
    assert errors_since([NODE], SINCE) == f"== here\n{REFUSED}"


def test_inner_lines_of_tracebacks_take_no_room(logs: Path) -> None:
    """Source: oslo_log._options, logging_exception_prefix: each line of a traceback begins as the error does."""
    prefix = f"{NOW}.1 1 ERROR nova.compute.manager"
    of_server = f"{prefix} [instance: 89c50c54-11e5-4c2b-bb67-9b1581edc270]"
    told = [
        f"{prefix} [None req-1 u p - -] it failed",
        f"{of_server} nova.exception.Full: no room",
        f"{prefix} Stderr: 'x'",
    ]
    inner = [f'{prefix}   File "x.py", line 1', f"{of_server}     raise Full()", f"{of_server} ", f"{prefix} "] * 20
    (logs / "compute.log").write_text("\n".join([told[0], *inner, *told[1:], *inner, ""]))
    assert errors_since([NODE], SINCE).splitlines() == ["== here", f"{logs}/compute.log:", *told]


FILTERED = (
    "Filtering removed all hosts for the request with instance ID 'a-b'. Filter results: ['F: (start: 2, end: 0)']"
)
PLACED = "Got no allocation candidates from the Placement API. This could be due to insufficient resources"


@pytest.mark.parametrize("said", [FILTERED, PLACED])
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_that_a_scheduler_found_nothing_is_told_though_it_calls_it_no_error(logs: Path, said: str, level: str) -> None:
    old, new = (f"{time} 1 {level} nova.filters [None req-1 u p - -] {said}" for time in ("2020-01-01 00:00:00", NOW))
    (logs / "nova-scheduler.log").write_text(f"{old}\n{new}\n{NOW} 1 {level} nova.filters [None req-1 u p - -] fine\n")
    assert errors_since([NODE], SINCE) == f"== here\n{logs}/nova-scheduler.log:\n{new}"


def test_of_devstacks_scheduler_as_well(logs: Path, tmp_path: Path) -> None:
    line = f"2024-05-01T10:00:00+0000 c devstack@n-sch.service[7]: INFO nova.filters [None req-1] {PLACED}"
    (tmp_path / "said").write_text(f"{line}\n{line.replace(PLACED, 'fine')}\n")
    answering(tmp_path, "journalctl", f"""case "$*" in *devstack*) cat {tmp_path}/said ;; esac\n""")
    assert errors_since([NODE], SINCE) == f"== here\n{line}"


def test_of_a_scheduler_in_a_container_as_well(logs: Path, tmp_path: Path) -> None:
    line = f"{NOW}.123 7 INFO nova.filters [None req-1 u p - -] {FILTERED}"
    (tmp_path / "said").write_text(f"{line}\n{line.replace(FILTERED, 'fine')}\n")
    answering(tmp_path, "docker", f"case $1 in ps) echo nova_scheduler ;; logs) cat {tmp_path}/said ;; esac\n")
    assert errors_since([NODE], SINCE) == f"== here\ndocker logs nova_scheduler:\n{line}"
