from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import testinfra

from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.gathering import pytest_collection_modifyitems, wanted_by
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import NODES, Nodes
from fixtures.nodes.readings import ALL, EVERYWHERE, gather, reading
from fixtures.verdict.order import WAITS
from selftests import ROOT
from selftests.test_plugins import modules

FIXTURE = type(pytest.fixture(lambda: None))


@pytest.fixture(autouse=True)
def no_other_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those of the test."""
    here: dict[str, Any] = {}
    monkeypatch.setattr("fixtures.nodes.readings.ALL", here)
    monkeypatch.setattr("fixtures.nodes.gathering.ALL", here)


@pytest.fixture
def nodes() -> Nodes:
    host = CheckedHost(testinfra.get_host("local://").backend)
    roles = {"controller": {"controller"}, "compute1": {"compute"}, "compute2": {"compute"}}
    return Nodes("", tuple(Node(name, frozenset(each), host) for name, each in roles.items()))


def check(name: str, *fixtures: str, node: str = "") -> Any:
    params = {"node": node} if node else {}
    return SimpleNamespace(name=name, originalname=name, fixturenames=fixtures, callspec=SimpleNamespace(params=params))


def names(wanted: Any) -> dict[str, list[str]]:
    return {node: [each.read.__name__ for each in readings] for node, readings in wanted.items() if readings}


def test_a_check_has_its_own_node_read(nodes: Nodes) -> None:
    @reading("lvm")
    def groups(node: Node) -> str:
        return node.name

    assert names(wanted_by([check("test_a", "lvm", node="compute1")], nodes)) == {"compute1": ["groups"]}
    assert names(wanted_by([check("test_a", "other", node="compute1")], nodes)) == {}


def test_a_check_may_ask_for_a_reading_itself(nodes: Nodes) -> None:
    @reading("test_libvirt_answers")
    def listing(node: Node) -> str:
        return node.name

    assert names(wanted_by([check("test_libvirt_answers", node="compute2")], nodes)) == {"compute2": ["listing"]}


@pytest.mark.parametrize(
    ("of_all", "read"),
    [({"compute"}, ["compute1", "compute2"]), (EVERYWHERE, ["controller", "compute1", "compute2"])],
)
def test_what_is_compared_is_read_of_all(nodes: Nodes, of_all: set[str], read: list[str]) -> None:
    @reading("my_ips", of_all=of_all)
    def configuration(node: Node) -> str:
        return node.name

    assert list(names(wanted_by([check("test_a", "my_ips")], nodes))) == read


@pytest.mark.parametrize(
    ("fixture", "row", "level", "waits"),
    [
        ("node", "NOVA-3", "nodes", 0),
        ("node", "NOVA-4", "nodes", 1),  # it stands on NOVA-3
        ("configuration", "NOVA-3", "nodes", 1),
        ("configuration", "NOVA-5", "nodes", 2),  # it stands on SVC-4, whose check comes last here
        ("programs", "NOVA-3", "nodes", 2),
        ("logins", "NOVA-3", "nodes", 2),
        ("given_cloud", "NOVA-3", "nodes", 2),
        ("node", "NOVA-3", "api", 2),
    ],
)
def test_a_check_waits_for_what_it_reads_and_for_what_it_stands_on(
    fixture: str, row: str, level: str, waits: int
) -> None:
    @reading("configuration")
    def files(node: Node) -> None: ...

    @reading("programs", is_slow=True)
    def slow(node: Node) -> None: ...

    @reading("logins", asks_on=True)
    def tried(node: Node) -> None: ...

    def of(row: str, level: str, fixture: str) -> Any:
        marks = [SimpleNamespace(args=[row])]
        return SimpleNamespace(
            **vars(check("test_a", fixture, node="compute1")),
            path=Path(f"test_compute_{level}.py"),
            stash=pytest.Stash(),
            iter_markers=lambda name: marks,
            get_closest_marker=lambda name: None,
        )

    items = [of(row, level, fixture), of("SVC-4", "nodes", "logins")]
    pytest_collection_modifyitems(cast("Any", SimpleNamespace(stash={NODES: Nodes("", ())})), items)
    assert items[0].stash[WAITS] == waits


def test_each_node_is_read_once_and_who_asks_waits(nodes: Nodes) -> None:
    read: list[str] = []

    @reading("x", of_all=EVERYWHERE)
    def uptime(node: Node, nodes: Nodes) -> str:
        read.append(node.name)
        return f"{node.host.check_output('echo up')} of {len(nodes.all)}"

    gather(wanted_by([check("test_a", "x")], nodes), nodes)
    assert [uptime(node, nodes) for node in nodes.all for _ in range(2)] == ["up of 3"] * 6
    assert sorted(read) == ["compute1", "compute2", "controller"]


def test_what_nobody_gathered_is_read_when_it_is_asked_for(nodes: Nodes) -> None:
    @reading("x")
    def uptime(node: Node) -> str:
        return str(node.host.check_output("echo up"))

    assert uptime(nodes.all[0]) == "up"


def test_who_wants_a_reading_is_there() -> None:
    """A name that is mistyped would have nothing read ahead, and nobody would notice."""
    fixtures = {name for module in modules() for name, value in vars(module).items() if isinstance(value, FIXTURE)}
    checks = "\n".join(file.read_text() for file in Path(ROOT / "tests").rglob("test_*.py"))
    declared = {name for each in DECLARED.values() for name in each.wanted_by}
    assert len(declared) > 20
    assert [name for name in declared if name not in fixtures and f"def {name}(" not in checks] == []


DECLARED = dict(ALL)
