import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.node import Node
from fixtures.preflight.node_access import checked_nodes

SSH = SimpleNamespace(get_connection_type=lambda: "ssh")
QUESTION = "--hosts: nothing tells what c1 is"


def problems(*nodes: Any, **roleless: str) -> list[str]:
    return [line for lines in checked_nodes(nodes, roleless).values() for line in lines]


def node(name: str, *, answer: str = "", error: Exception | None = None) -> Any:
    def run(_: str) -> Any:
        if error:
            raise error
        return SimpleNamespace(stdout=answer, stderr="", failed=not answer)

    return SimpleNamespace(name=name, host=SimpleNamespace(try_run=run, backend=SSH))


def test_sound_nodes_are_no_problem() -> None:
    assert problems(node("controller", answer="controller\n1\n"), node("compute1", answer="compute1\n2\n")) == []


def test_what_testinfra_raises_is_told() -> None:
    answer = SimpleNamespace(stderr="ssh: connect to host c1 port 22: Connection refused\r\n")
    assert problems(node("c1", error=RuntimeError(answer)))[0].startswith("--hosts: c1: it refuses SSH")


def test_a_name_that_nobody_answers_to_is_asked_for_no_role() -> None:
    unknown = RuntimeError(SimpleNamespace(stderr="ssh: Could not resolve hostname c1: Name or service not known"))
    [told] = problems(node("c1", error=unknown), c1=QUESTION)
    assert told.startswith("--hosts: c1: no name server")


def test_a_node_that_answers_is_asked_for_its_role() -> None:
    assert problems(node("c1", answer="c1\n1\n"), c1=QUESTION) == [QUESTION]


def test_one_machine_by_two_names_is_told_once() -> None:
    [told] = problems(*(node(name, answer="controller\n1\n") for name in ("controller", "10.0.0.11")))
    assert told.startswith("--hosts: controller and 10.0.0.11 are one machine, which calls itself controller")


def test_two_machines_of_one_name_are_two() -> None:
    assert problems(node("a", answer="localhost\n1\n"), node("b", answer="localhost\n2\n")) == []


def given(name: str, spec: str, **options: Any) -> Node:
    return Node(name, frozenset(), checked(testinfra.get_host(spec, **options)))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with nothing but a shell and what asks who it is."""
    for program in ("uname", "cat"):
        os.symlink(shutil.which(program) or "", tmp_path / program)
    monkeypatch.setattr("fixtures.nodes.checked_host.SBIN", "")
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("program", ["podman", "docker", "kubectl", "lxc", "chroot"])
def test_a_program_that_is_missing_here_is_not_the_nodes(program: str) -> None:
    [told] = problems(given("c1", f"{program}://c1"))
    assert told.startswith(f"--hosts: {program}://c1: there is no {program} here. Fix: run the suite where {program} ")
    assert told.count("Fix:") == 1


@pytest.mark.usefixtures("bare")
def test_of_sudo_that_is_missing_its_own_mend_is_told() -> None:
    assert problems(given("local", "local://")) == []
    [told] = problems(given("local", "local://", sudo=True))
    assert told == "--hosts: local: it has no sudo. Fix: leave --sudo out and log in as root (root@local)"
