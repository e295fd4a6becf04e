import pytest

from fixtures.nodes.node import are_one_host
from fixtures.nodes.nodes import Nodes
from selftests.nodes.known_nodes import known_node


def test_a_node_in_other_roles_is_not_read_again() -> None:
    node = known_node("infra1")
    other = node.in_roles(["compute"])
    assert (sorted(other.roles), other.name, other.facts) == (["compute"], "infra1", node.facts)
    assert node.roles == frozenset()


def test_a_node_without_a_role_was_given_all_the_same() -> None:
    nodes = Nodes("kvm3,gw1", (known_node("kvm3"),), left_out=(known_node("10.0.0.9", hostname="gw1"),))
    assert [nodes.called(name) for name in ("kvm3.example.org", "gw1", "gw2")] == [True, True, False]


def test_without_a_node_it_is_said_why() -> None:
    assert Nodes("", ()).why_none == "no --hosts given"
    assert Nodes("db1", (), left_out=(known_node("db1"),)).why_none.startswith("none of --hosts=db1 has a role")


@pytest.mark.parametrize(
    ("name", "other", "is_one"),
    [
        ("kvm3", "kvm3.example.org", True),
        ("kvm3", "kvm33", False),
        ("10.0.0.5", "10.0.0.6", False),
        ("10.0.0.5", "10.0.0.5", True),
    ],
)
def test_a_domain_makes_no_other_host(name: str, other: str, is_one: bool) -> None:
    assert are_one_host(name, other) is is_one
