import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import testinfra

from fixtures.broker.paths import TRY
from fixtures.compute.libvirt import PRESS_ENTER
from fixtures.core.programs import MissingProgram
from fixtures.core.request_stats import EFFORT
from fixtures.core.spans import Spans
from fixtures.nodes.any_python import RUN
from fixtures.nodes.checked_host import CheckedHost, checked, in_sh
from fixtures.nodes.clocks import ASK


@pytest.fixture
def host() -> CheckedHost:
    return checked(testinfra.get_host("local://"))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A node with nothing but a shell and what is linked into this folder."""
    for program in ("sed", "timeout", "env"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    monkeypatch.setattr("fixtures.nodes.checked_host.SBIN", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_command_answers_as_ever(host: CheckedHost) -> None:
    assert host.check_output("echo %s", "it is") == "it is"
    assert host.run("exit 3").rc == 3
    assert host.run("cat /nowhere").failed


def test_a_command_is_a_round_trip_and_told_without_its_words(
    host: CheckedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fixtures.nodes.checked_host.SPANS", spans := Spans())
    before = EFFORT.commands["local"]
    host.run("echo s3cret %s", "s3cret")
    assert [(span.kind, span.name, span.place) for span in spans.ended] == [("round trip", "command", "local")]
    assert EFFORT.commands["local"] == before + 1


def test_a_missing_program_is_no_answer(host: CheckedHost) -> None:
    with pytest.raises(MissingProgram, match="local: no-such: no such program"):
        host.run("no-such --list")


@pytest.mark.parametrize(
    "line", ["no-such | sort", "no-such; true", "no-such || echo none", "timeout 5 no-such", "sh -c 'no-such; :'"]
)
def test_nor_is_it_where_the_line_goes_on(host: CheckedHost, line: str) -> None:
    with pytest.raises(MissingProgram):
        host.run(line)
    with pytest.raises(MissingProgram):
        host.check_output(line)


def test_what_may_not_be_run_is_no_answer_either(host: CheckedHost, tmp_path: Path) -> None:
    (tmp_path / "program").touch(mode=0o644)
    with pytest.raises(MissingProgram, match="program: Permission denied"):
        host.run(f"{tmp_path}/program")


def test_who_asks_whether_it_is_there_is_told_so(host: CheckedHost) -> None:
    assert not host.exists("no-such")
    assert host.exists("sh")
    assert host.try_run("no-such").rc == 127
    with pytest.raises(ValueError, match="no-such"):
        host.find_command("no-such")


def test_what_testinfra_expects_is_left_to_it(host: CheckedHost, bare: Path) -> None:
    assert host.run_expect([0, 127], "realpath %s", "/").rc == 127
    assert os.fspath(bare) in os.environ["PATH"]


def test_programs_are_looked_for_where_the_superuser_has_them(host: CheckedHost) -> None:
    assert host.check_output("echo $PATH").endswith(":/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin")


def test_so_are_they_by_an_ordinary_user_of_centos_7(host: CheckedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `ssh centos@… 'echo $PATH'` prints there. Source: openssh's spec for el7, --with-default-path."""
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin")
    assert {"/usr/sbin", "/sbin"} <= set(host.check_output("echo $PATH").split(":"))


def test_no_other_language_is_spoken(host: CheckedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert host.check_output("echo $LC_ALL") == "C"
    with pytest.raises(MissingProgram):
        host.run("no-such | sort")


STRANGE = 'it\'s\n%s 100% !x \\n \\\\ \\0101 $HOME `x` "y" \t*;'


def test_a_line_comes_through_whatever_is_in_it(host: CheckedHost) -> None:
    assert host.check_output("printf %s %s", "%s", STRANGE) == STRANGE
    assert host.check_output("printf %s '100%'") == "100%"
    assert host.check_output("echo one\necho two") == "one\ntwo"


@pytest.mark.parametrize("sudo_user", [None, "nova"])
def test_nothing_in_it_means_anything_to_another_login_shell(host: CheckedHost, sudo_user: str | None) -> None:
    line = in_sh(f"printf %s {shlex.quote(STRANGE)}")
    assert not re.search(r"[!\n]", line)  # csh
    assert not re.search(r"\\[\\']", line)  # fish
    assert line.startswith("/bin/sh -c ")
    as_other = host.backend.get_sudo_command(line, sudo_user)
    assert not re.search(r"[!\n]|\\[\\']", as_other)
    assert subprocess.run(line, shell=True, capture_output=True, text=True).stdout == STRANGE


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("line", "arguments", "program"),
    [
        (PRESS_ENTER, ("instance-1",), "script"),
        ("/bin/sh -c %s sh %s", (RUN, "print(1)"), "python3"),
        ("/bin/sh -c %s sh", (TRY,), ""),
        ("/bin/sh -c %s sh %s %s", (TRY, "127.0.0.1", "1"), "getent"),
        ("/bin/sh -c %s sh", (ASK,), "systemctl"),
    ],
)
def test_our_scripts_do_not_hide_it(host: CheckedHost, line: str, arguments: tuple[str, ...], program: str) -> None:
    if not program:
        assert host.run(line, *arguments).succeeded
        return
    with pytest.raises(MissingProgram, match=f"local: {program}: "):
        host.run(line, *arguments)


def test_a_port_that_cannot_be_tried_is_not_closed(host: CheckedHost, bare: Path) -> None:
    for program in ("getent", "ip"):
        (bare / program).write_text("#!/bin/sh\n")
        (bare / program).chmod(0o755)
    with pytest.raises(MissingProgram, match="local: bash: no such program"):
        host.run("/bin/sh -c %s sh %s %s", TRY, "127.0.0.1", "1")


def test_a_command_that_fails_is_told_without_what_it_printed(host: CheckedHost) -> None:
    with pytest.raises(AssertionError) as told:
        host.check_output("printf half-a-file; echo 'lvs: no such group' >&2; exit 5 # %s", "x" * 100)
    assert str(told.value) == (
        "local: \"printf half-a-file; echo 'lvs: no such group' >&2; exit 5 # \" ended with exit code 5: "
        "lvs: no such group"
    )
    answer = host.run("printf half-a-file; echo why >&2; exit 5")
    assert repr(answer) == "<exit code 5: why>"
    with pytest.raises(AssertionError, match="ended with exit code 1: it gave no reason"):
        host.run_expect([0, 127], "false")
