"""Whatever a configuration, a process or an API says, on a node it is one argument of the program that it is for."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from testinfra.backend.local import LocalBackend

from fixtures.guest.guest import Guest
from fixtures.nodes.checked_host import LONGEST, CannotSend, CheckedHost
from fixtures.nodes.namespaces import Namespace
from selftests import ROOT
from selftests.nodes.commands_sent import Sent, all_sent
from selftests.patience import LONG

SENT = all_sent()
FORWARDS = {
    "fixtures/nodes/checked_host.py": "what all others go through",
    "fixtures/nodes/ssh.py": "runs ssh, with the line that CheckedHost made",
    "fixtures/nodes/bounded_output.py": "runs docker, podman …, with the line that CheckedHost made",
    "fixtures/nodes/namespaces.py:run": "puts `ip netns exec %s` before a command; see test_in_a_namespace",
    "fixtures/guest/guest.py:run": "hands on a command as it is",
}
"""Calls whose command is another's; he is asked for it in turn."""
OWN_CODE = {"fixtures/nodes/facts.py:_answers": "the commands of fact(), which are constant"}
"""Commands whose values are code, and constant."""

V = "Hv"
"""In each part of each value, so that no part of it goes unseen."""
VALUES = [
    f"{V}'{V}",
    f'{V}"{V}',
    f"{V} {V}\t{V}",
    f"{V}\n{V}",
    f"{V}$(touch ran){V}",
    f"{V}`touch ran`{V}",
    f"{V};touch ran;{V}",
    f"'{V};touch ran;'{V}",
    f'"{V};touch ran;"{V}',
    f"{V}\ntouch ran\n{V}",
    f"{V}|touch ran&{V}>ran",
    f"../../{V}",
    f"--{V}",
    f"-{V} -x",
    f"{V}%s%n%{V}",
    f"{V}\\n\\0101\\{V}\\",
    f"{V}${{IFS}}$HOME*?[a]~{V}",
    f"{V}!!#{V}",
    f"caf\u00e9 \u2603 {V}",
    f"{V}\udcff\udc80{V}",
]
LARGE = V + Random(1).randbytes(50 * 1024).hex()
"""As much as one value may have; 1 MiB is refused."""
FILTERS = (
    "awk base64 basename cat cut date dirname env find grep head ls mktemp nice rm sed seq sort tail timeout "
    "tr uniq wc xargs"
)
"""What scripts need in order to get on; they are the real ones where all others end with 0."""
OPTIONS = {"--", "-e", "--url", "--domain", "-I", "-u", "-c", "-s", "-W", "to"}
"""After these a word is no option, whatever it begins with: the end of options, or one that takes a value."""
NO_OPTIONS = {
    "ip": "its words are keywords and their values",
    "bash": "after the script, words are the script's",
    "python3": "after the script, words are the script's; -c takes one",
    "mountpoint": "a path, which is made absolute",
}


class Shell(LocalBackend):  # type: ignore[misc]  # testinfra has no types
    """This machine, as one whose shell is the given one, for logins as well as for scripts."""

    has_deadline = True

    def __init__(self, shell: str, folder: Path, env: dict[str, str]) -> None:
        super().__init__()
        self.shell, self.folder, self.env = shell, folder, env

    def run_local(self, command: str, *args: str) -> Any:
        line = self.quote(command, *args).replace("/bin/sh", self.shell)
        done = subprocess.run(
            [self.shell, "-c", line],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONG,
        )
        return self.result(done.returncode, line.encode(), done.stdout, done.stderr)


@dataclass(frozen=True)
class Sandbox:
    """A machine on which each program only writes down how it was called."""

    host: CheckedHost
    folder: Path
    records: Path

    def called(self) -> Iterator[tuple[str, list[str]]]:
        """Each program that was called, with its arguments."""
        for record in self.records.iterdir():
            program, *words = os.fsdecode(record.read_bytes()).split("\0")[:-1]
            yield program, words


@pytest.fixture(params=["dash", "bash"])
def shell(request: pytest.FixtureRequest) -> str:
    if not (found := shutil.which(str(request.param))):
        pytest.skip(f"no {request.param} here")
    return found


@pytest.fixture
def machine(shell: str, tmp_path: Path) -> Callable[[bool], Sandbox]:
    """Makes a sandbox, in which FILTERS are real and all others end with 0; or each program ends with 1."""
    numbers = count()
    for filters in (True, False):
        programs = tmp_path / f"programs-{filters}"
        programs.mkdir()
        recorder = programs / "touch"
        written = '"$RECORDS/$$-${0##*/}"'
        recorder.write_text(f"""#!/bin/dash\nprintf '%s\\0' "${{0##*/}}" "$@" > {written}\nexit {1 - filters}\n""")
        recorder.chmod(0o755)
        for word in WORDS - {"touch"}:
            real = shutil.which(word) if filters and word in FILTERS.split() else None
            (programs / word).symlink_to(shell if word == "sh" else real or recorder)

    def made(filters: bool) -> Sandbox:
        here = tmp_path / str(next(numbers))
        records = here / "records"
        records.mkdir(parents=True)
        env = {
            "PATH": f"{tmp_path}/programs-{filters}",
            "HOME": str(here),
            "TMPDIR": str(here),
            "RECORDS": str(records),
        }
        return Sandbox(CheckedHost(Shell(shell, here, env)), here, records)

    return made


def code_of(sent: Sent) -> str:
    """All text of a command that is constant."""
    return f"{sent.template(1)} {' '.join(map(str, filter(None, map(sent.constant, sent.values))))}"


WORDS = {word for sent in SENT if sent.template(1) for word in re.findall(r"\b[a-z][a-z0-9_-]*\b", code_of(sent))}
WORDS |= {"sh", "touch", "python2", "python3", "bash"}


def is_among(where: str, places: dict[str, str]) -> bool:
    return where in places or where.partition(":")[0] in places


def commands_with_values() -> list[Sent]:
    return [sent for sent in SENT if sent.takes_values and not is_among(sent.where, FORWARDS | OWN_CODE)]


def test_a_command_is_constant_text() -> None:
    theirs = [f"{sent.where} {sent.line}" for sent in SENT if sent.template(1) is None]
    assert [place for place in theirs if not is_among(place.split()[0], FORWARDS)] == []
    assert len(SENT) > 50


def test_each_exception_is_still_one() -> None:
    theirs = {sent.where for sent in SENT if sent.template(1) is None}
    for place in FORWARDS:
        assert any(place in (where, where.partition(":")[0]) for where in theirs), place


def test_a_script_is_never_a_value() -> None:
    """What takes the place of a %s after -c."""
    for sent in SENT:
        before = (sent.template(1) or "").split("%s")[:-1]
        for place in [number for number, text in enumerate(before) if text.endswith("-c ") and "ping" not in text]:
            assert sent.constant(sent.values[place]), f"{sent.where} {sent.line}: its script is not constant"


def test_no_shell_of_this_machine_is_given_a_line() -> None:
    lines = [
        f"{file}: {ast.unparse(call)}"
        for file in (ROOT / "fixtures").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and any(word.arg == "shell" for word in call.keywords)
    ]
    assert lines == []


def judged(sent: Sent, box: Sandbox, values: list[str]) -> Iterator[str]:
    """What is wrong with what was called."""
    if any(box.folder.rglob("ran")):
        yield "ran is there"
    known = code_of(sent)
    for program, words in box.called():
        if not re.search(rf"(?<![\w-]){re.escape(program)}(?![\w-])", known):
            yield f"{program} is none of its programs: {words}"
        for place, word in enumerate(words):
            if V in word and not any(value in word for value in values):
                yield f"{program} got a part: {word[:60]!a}"
            if word in values and word.startswith("-") and not is_sheltered(program, words[:place]):
                yield f"{program} got an option: {words!a}"


def is_sheltered(program: str, before: list[str]) -> bool:
    """Can a word after these not be an option of the program's, or of one that it is to run?"""
    return "--" in before or not OPTIONS.isdisjoint(before[-1:]) or not NO_OPTIONS.keys().isdisjoint([program, *before])


def tried(sent: Sent, values: list[str], box: Sandbox) -> list[str]:
    template = sent.template(len(values))
    assert template
    box.host.try_run(template, *sent.arguments(*values))
    return [f"{sent.where} {sent.line}: {said}" for said in judged(sent, box, values)]


def batches(sent: Sent) -> Iterator[list[str]]:
    """All values at once where it takes any number of them, else each in all places; the large one in one alone."""
    yield from [VALUES] if sent.takes_many else [[value] for value in VALUES]
    if [*sent.arguments(LARGE)].count(LARGE) == 1:
        yield [LARGE]


def test_nothing_runs_but_what_was_meant(machine: Callable[[bool], Sandbox], record_property: Any) -> None:
    tries = [
        (sent, values, machine(filters))
        for sent in commands_with_values()
        for filters in (True, False)
        for values in batches(sent)
    ]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda each: tried(*each), tries))
    tried_values = sum(len(values) for _, values, _ in tries)
    record_property("commands with a value", tried_values)
    wrong = [line[:300] for lines in found for line in lines]
    assert not wrong, "\n".join(wrong)
    assert tried_values >= 900


@pytest.mark.parametrize("value", ["a\0b", "x" * 1024 * 1024, "\ud800"], ids=["NUL", "1 MiB", "half a character"])
def test_what_no_shell_takes_is_not_sent(value: str, machine: Callable[[bool], Sandbox]) -> None:
    box = machine(False)
    for sent in commands_with_values():
        with pytest.raises(CannotSend, match=r"^a command was not sent: a value in it .*\. Fix: ") as refusal:
            box.host.try_run(str(sent.template(1)), *sent.arguments(value))
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 300
    assert [*box.called()] == []
    assert LONGEST < 128 * 1024


def test_in_a_container(machine: Callable[[bool], Sandbox]) -> None:
    """The engine gets the words of one command, of which each value is one again for the program inside."""
    box = machine(False)
    for value in VALUES:
        box.host.inside(["docker", "exec", "-u", "0", "nova_compute"]).run("ping -- %s", value)
    engine = list(box.called())
    assert [(program, words[:4]) for program, words in engine] == [
        ("docker", ["exec", "-u", "0", "nova_compute"])
    ] * len(VALUES)
    for _, words in engine:
        subprocess.run(words[4:], cwd=box.folder, env=box.host.backend.env, check=False)
    inside = sorted(words for program, words in box.called() if program == "ping")
    assert inside == sorted(["--", value] for value in VALUES)
    assert not any(box.folder.rglob("ran"))


def test_in_a_namespace(machine: Callable[[bool], Sandbox]) -> None:
    box = machine(False)
    node: Any = type("Node", (), {"host": box.host, "name": "controller"})
    for value in VALUES:
        Namespace(node, value).run("ping -- %s", value)
        Guest(box.host).run("ping -- %s", value)
    called = sorted((program, tuple(words)) for program, words in box.called())
    inside = [("ip", ("netns", "exec", value, "ping", "--", value)) for value in VALUES]
    assert called == sorted([*inside, *(("ping", ("--", value)) for value in VALUES)])
