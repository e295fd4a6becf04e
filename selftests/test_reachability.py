from types import SimpleNamespace
from typing import Any

from fixtures.reachability import node_problems


def node(name: str, *, answer: str = "", error: Exception | None = None) -> Any:
    def run(_: str) -> Any:
        if error:
            raise error
        return SimpleNamespace(stdout=answer, stderr="", failed=not answer)

    return SimpleNamespace(name=name, host=SimpleNamespace(run=run))


def test_sound_nodes_are_no_problem() -> None:
    assert node_problems([node("controller", answer="controller\n1\n"), node("compute1", answer="compute1\n2\n")]) == []


def test_what_testinfra_raises_is_told() -> None:
    answer = SimpleNamespace(stderr="ssh: connect to host c1 port 22: Connection refused\r\n")
    assert node_problems([node("c1", error=RuntimeError(answer))])[0].startswith("--hosts: c1: it refuses SSH")


def test_one_machine_by_two_names_is_told_once() -> None:
    nodes = [node(name, answer="controller\n1\n") for name in ("controller", "10.0.0.11")]
    [told] = node_problems(nodes)
    assert told.startswith("--hosts: controller and 10.0.0.11 are one machine, which calls itself controller")


def test_two_machines_of_one_name_are_two() -> None:
    assert node_problems([node("a", answer="localhost\n1\n"), node("b", answer="localhost\n2\n")]) == []
