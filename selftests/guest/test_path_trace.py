from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.proven import Proven
from fixtures.guest.path_trace import how_far, stations
from fixtures.network.drivers import linuxbridge, openvswitch, ovn
from fixtures.network.drivers.driver import UNKNOWN, Driver

LINUXBRIDGE, OVN = linuxbridge.DRIVER, ovn.DRIVER
# `ip netns list` of a network node of Neutron's agents, and of a compute node of OVN's. Source of the latter:
# https://docs.openstack.org/neutron/latest/contributor/internals/ovn/metadata_api.html
AGENTS = "qdhcp-net (id: 0)\nqrouter-rtr (id: 1)\n"
OVNS = "ovnmeta-net (id: 0)\n"


def trace(driver: Driver, namespaces: str, *opening: str) -> str:
    """What is said where the SSH port opens from these namespaces to these addresses."""

    def run(command: str, *args: str) -> SimpleNamespace:
        if command.endswith("ip netns list"):
            return SimpleNamespace(stdout=namespaces)
        namespace, address = args[0], args[-2]
        return SimpleNamespace(succeeded=f"{namespace} {address}" in opening, stderr="")

    nodes: Any = [SimpleNamespace(name="controller", host=SimpleNamespace(run=run))]
    return how_far(driver, nodes, "rtr", stations(driver, "net", "rtr", "172.16.1.5", "203.0.113.7"))


@pytest.mark.parametrize(
    ("opening", "suspect"),
    [
        ([], "security group"),
        (["qdhcp-net 172.16.1.5"], "the router's inside port"),
        (["qdhcp-net 172.16.1.5", "qrouter-rtr 172.16.1.5"], "the floating IP's rules"),
        (["qdhcp-net 172.16.1.5", "qrouter-rtr 172.16.1.5", "qrouter-rtr 203.0.113.7"], "the provider network"),
    ],
)
def test_suspect_is_where_the_packet_is_first_lost(opening: list[str], suspect: str) -> None:
    for driver in (LINUXBRIDGE, openvswitch.DRIVER):
        told = trace(driver, AGENTS, *opening)
        assert suspect in told.partition("look at ")[2]
        assert isinstance(told, Proven) is bool(opening)  # only between two stations is it known where


@pytest.mark.parametrize(
    ("opening", "suspect"),
    [
        ([], "its ovn-controller"),
        (["ovnmeta-net 172.16.1.5"], "the provider network between the runner and the router"),
    ],
)
def test_ovns_is_looked_for_where_ovn_has_it(opening: list[str], suspect: str) -> None:
    told = trace(OVN, OVNS, *opening)
    assert suspect in told.partition("look at ")[2]
    assert "l3-agent" not in told and "qrouter" not in told


def test_without_namespaces_what_makes_them_is_the_suspect() -> None:
    assert "neutron-l3-agent" in trace(LINUXBRIDGE, "")
    assert "look at ovn-controller" in trace(OVN, "")
    assert "look at what routes" in trace(UNKNOWN, AGENTS)
