import os
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
import testinfra

from fixtures.nodes.process_args import arguments_of, command, parse_started

Arguments = Callable[..., list[list[str]]]
IN_UNIT = "ExecStart={{ path={0} ; argv[]={0} {1} ; ignore_errors=no ; pid=0 }}"
AT_REST = "MainPID=0\n" + IN_UNIT
NOT_INSTALLED = "MainPID=0\nId=cinder-volume.service\nLoadState=not-found"


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arguments:
    """The arguments of units, by what systemctl shows of each."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def told(*blocks: str) -> list[list[str]]:
        shown = "\n\n".join(blocks)
        program(tmp_path, "systemctl", f"cat <<'END'\n{shown}\nEND\n")
        names = [f"unit{number}.service" for number, _ in enumerate(blocks)]
        printed = testinfra.get_host("local://").check_output(command(names))
        return [arguments_of(unit) for unit in parse_started(names, printed).values()]

    return told


@pytest.fixture
def debians(tmp_path: Path) -> Path:
    """A script as Debian's, which reads its standard input too."""
    return program(tmp_path, "nova-compute", 'cat\n[ "$1" = show-args ] && echo "--config-file=/a\n--debug"\n')


@pytest.fixture
def running() -> Iterator[Callable[..., int]]:
    """Starts processes with such arguments, and tells their numbers."""
    started: list[Popen[bytes]] = []

    def start(*words: str) -> int:
        started.append(Popen(["sh", "-c", "read line", *words], stdin=PIPE))
        return started[-1].pid

    yield start
    for process in started:
        process.communicate()


def test_a_running_process_tells_its_own(arguments: Arguments, running: Callable[..., int]) -> None:
    pid = running("nova-compute", "--config-file", "/b")
    (told,) = arguments(f"MainPID={pid}\n" + IN_UNIT.format("/usr/bin/nova-compute", "--config-file /a"))
    assert told[-3:] == ["nova-compute", "--config-file", "/b"]


def test_of_a_stopped_one_the_unit_tells(arguments: Arguments) -> None:
    told = arguments(AT_REST.format("/usr/bin/nova-conductor", "--config-file /a"))
    assert told == [["/usr/bin/nova-conductor", "--config-file", "/a"]]


def test_of_a_stopped_one_of_debians_the_script_tells(arguments: Arguments, debians: Path) -> None:
    assert arguments(AT_REST.format(debians, "systemd-start")) == [["--config-file=/a", "--debug"]]


def test_of_one_of_debians_that_is_only_starting_too(
    arguments: Arguments, debians: Path, running: Callable[..., int]
) -> None:
    pid = running(str(debians), "systemd-start")
    assert arguments(f"MainPID={pid}\n" + IN_UNIT.format(debians, "systemd-start")) == [["--config-file=/a", "--debug"]]


def test_what_is_not_installed_has_none(arguments: Arguments) -> None:
    assert arguments(NOT_INSTALLED) == [[]]


def test_each_unit_has_its_own_whatever_the_order_of_its_properties(arguments: Arguments, debians: Path) -> None:
    of_debian = "\n".join(reversed(AT_REST.format(debians, "systemd-start").splitlines()))
    assert arguments(of_debian, NOT_INSTALLED, AT_REST.format("/usr/bin/x", "--b")) == [
        ["--config-file=/a", "--debug"],
        [],
        ["/usr/bin/x", "--b"],
    ]


def test_a_systemd_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(AssertionError, match="Failed to connect to bus"):
        testinfra.get_host("local://").check_output(command(["x.service"]))


@pytest.mark.parametrize(
    ("listed", "awk", "unknown"),
    [
        ('echo "loaded.service not-found inactive dead"', "", {"absent.service", "x@a.service"}),
        ("exit 1", "", set()),
        ("echo", "exit 127", set()),
    ],
    ids=["told", "no answer of systemd", "no awk"],
)
def test_systemd_is_asked_only_for_units_that_it_may_know(
    listed: str, awk: str, unknown: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file has them, or that of their template, or they are loaded without any; where that is not told, for all."""
    if awk:
        program(tmp_path, "awk", awk)
    (units := tmp_path / "units").mkdir()
    for name in ("file.service", "template@.service", "other.socket"):
        (units / name).touch()
    answer = f"""
case "$*" in
    *--property=UnitPath*) echo "UnitPath={units} /nowhere" ;;
    list-units*) {listed} ;;
    show*) shift 3; printf 'Id=%s\\nLoadState=loaded\\n\\n' "$@" ;;
esac
"""
    program(tmp_path, "systemctl", answer)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    names = ["absent.service", "file.service", "loaded.service", "other.socket", "template@a.service", "x@a.service"]
    told = parse_started(names, testinfra.get_host("local://").check_output(command(names)))
    assert [unit["Id"] for unit in told.values()] == names
    assert {name for name, unit in told.items() if unit["LoadState"] == "not-found"} == unknown


def program(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "neutron-l3-agent (/usr/bin/python3 /usr/bin/neutron-l3-agent --config-file /etc/l3.ini) ",
            ["/usr/bin/python3", "/usr/bin/neutron-l3-agent", "--config-file", "/etc/l3.ini"],
        ),
        (
            "neutron-server: rpc worker (/usr/bin/python3 /usr/bin/neutron-rpc-server --config-dir=/etc/n)",
            ["/usr/bin/python3", "/usr/bin/neutron-rpc-server", "--config-dir=/etc/n"],
        ),
        (
            "/usr/bin/python3 /usr/bin/nova-compute --config-dir /opt/(old)",
            ["/usr/bin/python3", "/usr/bin/nova-compute", "--config-dir", "/opt/(old)"],
        ),
        ("neutron-apiuWSGI master", ["neutron-apiuWSGI", "master"]),
        (
            "nova-conductor: master process [/opt/venv/bin/nova-conductor --config-file /etc/nova/nova_cell1.conf] ",
            ["/opt/venv/bin/nova-conductor", "--config-file", "/etc/nova/nova_cell1.conf"],
        ),
    ],
)
def test_a_title_holds_the_command_line(line: str, words: list[str]) -> None:
    assert arguments_of({"Arguments": line}) == words
