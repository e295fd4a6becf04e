from dataclasses import replace

import pytest

from fixtures.network.drivers import linuxbridge, openvswitch, ovn
from fixtures.network.drivers.driver import UNKNOWN, Driver
from fixtures.network.ipv6_nodes import IPV6_IS_ON, has_ipv6, knows_ipv6, why_no_ipv6
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from selftests.nodes.known_nodes import known_node


def node(name: str, *, has_ipv6: bool | None = True, service: str = "neutron-l3-agent") -> Node:
    made = replace(known_node(name, running=[service]), roles=frozenset({"network"}))
    vars(made)["facts"] = known_node(name, running=[service]).facts
    made.facts.parsed[IPV6_IS_ON.name] = has_ipv6
    return made


def given(*nodes: Node) -> Nodes:
    return Nodes(",".join(each.name for each in nodes), nodes)


@pytest.mark.parametrize(("printed", "is_on"), [("0\n", True), ("1\n", False), ("", None)])
def test_a_kernel_that_knows_no_ipv6_is_told_from_one_that_has_it_off(printed: str, is_on: bool | None) -> None:
    made = node("network1", has_ipv6=IPV6_IS_ON.parse(printed))
    assert (has_ipv6(made), knows_ipv6(made)) == (bool(is_on), is_on is not None)


@pytest.mark.parametrize("driver", [linuxbridge.DRIVER, openvswitch.DRIVER])
def test_routers_have_ipv6_where_their_nodes_have(driver: Driver) -> None:
    assert why_no_ipv6(given(node("network1"), node("network2")), driver) == ""


def test_a_deployers_choice_is_told() -> None:
    why = why_no_ipv6(given(node("network1", has_ipv6=False), node("network2")), linuxbridge.DRIVER)
    assert why.startswith("IPv6 is switched off on network1 (net.ipv6.conf.default.disable_ipv6 ")


def test_nodes_that_nobody_gave_are_not_judged() -> None:
    why = why_no_ipv6(given(node("dhcp1", service="neutron-dhcp-agent")), linuxbridge.DRIVER)
    assert why.startswith("no node with neutron-l3-agent among --hosts=dhcp1")
    assert "unknown" in why_no_ipv6(given(), UNKNOWN)


def test_ovn_needs_no_ipv6_of_its_nodes() -> None:
    assert why_no_ipv6(given(node("network1", has_ipv6=False)), ovn.DRIVER) == ""
    assert why_no_ipv6(given(), ovn.DRIVER) == ""
