import importlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.network.l2_agent import L2Agent, driver_on
from fixtures.nodes import gathering
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.facts import Facts
from fixtures.nodes.forgotten_units import forgotten_on
from fixtures.nodes.gathering import UNIT_STATE, pytest_collection_modifyitems
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import NODES, Nodes
from fixtures.nodes.switched_off import HANDED_OVER, pytest_configure_node, switched_off
from fixtures.nodes.systemd_units import NOT_INSTALLED
from fixtures.nodes.unit_names import UNIT_NAMES
from fixtures.verdict.order import TELLS_FIRST
from selftests import ROOT
from selftests.nodes.known_nodes import known_node

UNIT = "nova-compute"
SOUND = {"SubState": "running", "NRestarts": "0", "ActiveEnterTimestampMonotonic": "0", "Uptime": "600", "Now": "900"}


@pytest.fixture(autouse=True)
def all_have_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Facts, "are_read", True)


def in_state(state: str) -> Node:
    node = known_node(state, running=["libvirt", UNIT])
    node.facts.parsed["started"][f"{UNIT}.service"]["ActiveState"] = state
    return node


def given(*nodes: Node) -> Any:
    stash = pytest.Stash()
    stash[NODES] = Nodes("", nodes)
    return SimpleNamespace(stash=stash)


@pytest.mark.parametrize(
    ("services", "is_off"),
    [
        ({"running": ["libvirt", UNIT]}, False),
        ({"running": ["libvirt"], "dormant": [UNIT]}, False),
        ({"running": ["libvirt"], "masked": [UNIT]}, False),
        ({"running": ["libvirt"], "stopped": [UNIT]}, True),
        ({}, False),
    ],
)
def test_a_node_with_a_service_that_is_to_run_and_does_not(services: dict[str, list[str]], is_off: bool) -> None:
    assert list(switched_off(given(known_node("compute1", **services)))) == ["compute1"] * is_off  # type: ignore[arg-type]


def test_a_service_that_runs_and_will_not_after_a_reboot() -> None:
    node = known_node("compute1", running=["libvirt", UNIT])
    node.facts.parsed["started"][f"{UNIT}.service"]["StartedBy"] = ""
    assert list(switched_off(given(node))) == ["compute1"]


@pytest.mark.parametrize("state", ["failed", "activating", "deactivating"])
def test_what_a_service_may_do_because_of_something_else_waits_for_that(state: str) -> None:
    node = known_node("compute1", running=[UNIT], stopped=["libvirt"])
    node.facts.parsed["started"][f"{UNIT}.service"]["ActiveState"] = state
    assert list(switched_off(given(node, in_state(state)))) == []


def test_who_has_not_answered_or_nonsense_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, nonsense = known_node("compute1", stopped=[UNIT]), known_node("compute2")
    nonsense.facts.parsed.clear()
    assert list(switched_off(given(stopped, nonsense))) == ["compute1"]
    monkeypatch.setattr(Facts, "are_read", False)
    assert list(switched_off(given(stopped, nonsense))) == []


def test_workers_are_told_as_all_of_them_have_to_collect_in_one_order() -> None:
    worker = SimpleNamespace(config=given(known_node("compute1", stopped=[UNIT])), workerinput={})
    pytest_configure_node(worker)
    there = given(known_node("compute1"))  # a worker has asked nobody
    there.workerinput = worker.workerinput
    assert switched_off(there) == worker.workerinput[HANDED_OVER] == ["compute1"]


def test_only_checks_of_units_on_such_a_node_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_comes_last", lambda item: False)
    monkeypatch.setattr(gathering, "_waits", lambda item, last: 1)

    def check(node: str, mark: str) -> Any:
        marked = lambda name: name == mark or None  # noqa: E731
        params = {"node": node}
        return SimpleNamespace(stash=pytest.Stash(), callspec=SimpleNamespace(params=params), get_closest_marker=marked)

    items = [check("compute1", UNIT_STATE), check("compute2", UNIT_STATE), check("compute2", "waits")]
    pytest_collection_modifyitems(given(known_node("compute1"), known_node("compute2", stopped=[UNIT])), items)
    assert [item.stash[TELLS_FIRST] for item in items] == [False, True, False]


class UnaskedHost(CheckedHost):
    def _asked(self, line: str, **kwargs: Any) -> Any:
        pytest.fail("it was asked")


def marked() -> Iterator[Any]:
    for file in sorted(ROOT.glob("tests/*/test_*_nodes.py")):
        module = importlib.import_module(f"tests.{file.parent.name}.{file.stem}")
        for name, check in vars(module).items():
            marks = {mark.name: mark for mark in getattr(check, "pytestmark", ())}
            if UNIT_STATE in marks:
                services = marks["parametrize"].args[1] if "parametrize" in marks else [""]
                yield from (pytest.param(check, service, id=f"{name}-{service}") for service in services)


@pytest.mark.parametrize(("check", "service"), marked())
def test_such_a_check_waits_for_the_first_question_alone(check: Callable[..., None], service: str) -> None:
    """Where nothing is wrong: it asks nobody, and takes no reading."""
    facts = known_node("all", running=[name for name, units in UNIT_NAMES["debian"].items() if units]).facts
    for properties in facts.parsed["started"].values():
        properties.update(SOUND if properties["LoadState"] == "loaded" else {})
    node = Node("all", frozenset(), UnaskedHost(testinfra.get_host("local://").backend))
    vars(node).update(facts=facts, readings=None)
    unit = node.unit(service or UNIT)
    assert NOT_INSTALLED not in unit.state
    arguments: dict[str, Any] = {"service": service, "storage_unit": unit, "forgotten_units": forgotten_on(node)}
    if "l2_agent" in check.__code__.co_varnames:
        arguments["l2_agent"] = L2Agent(node, driver_on(node) or pytest.fail("no agent"))
    names = check.__code__.co_varnames[: check.__code__.co_argcount]
    check(**{name: arguments.get(name, node) for name in names})
