from types import SimpleNamespace
from typing import Any

from fixtures.preflight.node_access import node_problems

SSH = SimpleNamespace(get_connection_type=lambda: "ssh")
QUESTION = "--hosts: nothing tells what c1 is"


def problems(*nodes: Any, **roleless: str) -> list[str]:
    return node_problems(nodes, roleless)


def node(name: str, *, answer: str = "", error: Exception | None = None) -> Any:
    def run(_: str) -> Any:
        if error:
            raise error
        return SimpleNamespace(stdout=answer, stderr="", failed=not answer)

    return SimpleNamespace(name=name, host=SimpleNamespace(run=run, backend=SSH))


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
