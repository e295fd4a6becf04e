from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.cloud.connection import GIVEN
from fixtures.cloud.listed_services import ListedService
from fixtures.core.settings import SETTINGS, Settings
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import GIVEN_NODES, NODES, REASONS, Given
from fixtures.nodes.role_hints import hints_of
from fixtures.nodes.role_option import wishes_in
from fixtures.preflight import node_roles
from fixtures.preflight.node_roles import ROLELESS, find_out, question
from fixtures.preflight.show_nodes import LONGEST, plain, role_lines
from selftests.nodes.known_nodes import known_node

KVM3 = ListedService("nova-compute", "kvm3.example.org", "Nova lists nova-compute there", is_up=True)


def silent(name: str) -> Node:
    """One that says nothing."""

    class Silence(dict[Any, Any]):
        def __missing__(self, key: object) -> None:
            raise RuntimeError(f"{name}: no answer")

    made = known_node(name)
    vars(made)["facts"] = Silence()
    return made


def given(*nodes: Node, options: tuple[str, ...] = ()) -> Any:
    hints = {node.name: hints_of(node.name, ()) for node in nodes}
    stash = pytest.Stash()
    stash[GIVEN_NODES] = Given(nodes, hints, wishes_in(options, hints))
    stash[SETTINGS] = cast(Settings, SimpleNamespace(sample=0, sample_seed=""))
    return SimpleNamespace(stash=stash, option=SimpleNamespace(hosts=",".join(hints)))


@pytest.fixture(autouse=True)
def apis(monkeypatch: pytest.MonkeyPatch) -> list[ListedService]:
    """What the APIs list; a test adds to it."""
    listed: list[ListedService] = []
    monkeypatch.setattr(node_roles, "given_connection", lambda config: config.stash.setdefault(GIVEN, None))
    monkeypatch.setattr(node_roles, "_as_operator", lambda _: (listed, ""))
    return listed


def roles(config: Any) -> dict[str, str]:
    nodes = config.stash[NODES]
    return {node.name: " ".join(sorted(node.roles)) for node in nodes.all}


def test_nodes_and_apis_decide(apis: list[ListedService]) -> None:
    apis.append(KVM3)
    config = given(known_node("infra1", running=["nova-conductor"]), known_node("10.0.0.5", hostname="kvm3"))
    find_out(config)
    assert roles(config) == {"infra1": "controller", "10.0.0.5": "compute"}


def test_without_the_apis_nodes_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise TimeoutError("no answer within 20 s")

    monkeypatch.setattr(node_roles, "_as_operator", refuse)
    config = given(known_node("infra1", running=["nova-conductor"]))
    assert find_out(config).without_apis == "no answer within 20 s"
    assert roles(config) == {"infra1": "controller"}
    assert GIVEN not in config.stash, "preflight and the checks begin anew"


def test_who_has_no_role_is_left_out() -> None:
    config = given(known_node("infra1", running=["nova-conductor"]), known_node("monitoring01"))
    find_out(config)
    assert [node.name for node in config.stash[NODES].left_out] == ["monitoring01"]
    assert config.stash[ROLELESS] == {}


def test_who_cannot_be_seen_is_what_its_name_says() -> None:
    config = given(silent("compute1"), silent("kvm3"))
    find_out(config)
    assert roles(config) == {"compute1": "compute", "kvm3": "block compute controller network object"}
    assert config.stash[ROLELESS] == {"kvm3": question("kvm3")}


def test_what_loses_its_role_is_left_out_though_it_cannot_be_seen() -> None:
    config = given(silent("compute1"), silent("compute2"), options=("compute=-compute1",))
    find_out(config)
    assert (roles(config), config.stash[ROLELESS]) == ({"compute2": "compute"}, {})


def test_a_member_goes_on_with_the_same_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(node_roles, "given_connection", lambda config: config.stash.setdefault(GIVEN, None))
    monkeypatch.setattr(node_roles, "is_operator", lambda _: False)
    config = given(known_node("infra1", running=["nova-conductor"]))
    assert find_out(config).without_apis == "only an operator is told"
    assert GIVEN in config.stash


def test_what_was_read_is_not_read_again() -> None:
    config = given(one := known_node("infra1", running=["nova-conductor"]))
    find_out(config)
    assert config.stash[NODES].all[0].facts is one.facts


def test_it_is_shown_with_the_reasons() -> None:
    infra1 = known_node("10.0.0.4", running=["nova-conductor"], hostname="infra1")
    config = given(infra1, known_node("db1"), silent("compute1"), options=("block=10.0.0.4",))
    findings = find_out(config)
    assert list(role_lines(findings, config.stash[REASONS])) == [
        "10.0.0.4 (calls itself infra1)",
        "  block       --role says so",
        "  controller  nova-conductor.service runs",
        "db1",
        "  no role, so it is left out: no service that gives one is there, and nothing else tells. "
        "Fix: if it has a part in the cloud, --role=compute=db1, say",
        "compute1",
        "  compute     its name says so; nothing could be seen",
        "  what runs there could not be seen: compute1: no answer",
    ]


def test_no_node_commands_the_terminal() -> None:
    assert plain("kvm3 (calls itself \x1b[2Jx\r\n)") == "kvm3 (calls itself [2Jx)"
    assert len(plain("x" * 100_000)) == LONGEST
