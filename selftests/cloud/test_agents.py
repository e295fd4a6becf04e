from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.cloud.agents import Agents

compute_node_has_one = import_module("tests.network.test_network_api").test_compute_node_has_a_metadata_agent_with_ovn
# `openstack network agent list`, as openstack-ansible shows it. Source:
# https://opendev.org/openstack/openstack-ansible-os_neutron, doc/source/app-ovn.rst, Notes
OVN = """
| OVN Controller Gateway agent | mnaio-compute1    |                   | :-)   | UP    | ovn-controller             |
| OVN Controller Gateway agent | mnaio-compute2    |                   | :-)   | UP    | ovn-controller             |
| OVN Metadata agent           | mnaio-compute1    |                   | :-)   | UP    | neutron-ovn-metadata-agent |
| OVN Metadata agent           | mnaio-compute2    |                   | :-)   | UP    | neutron-ovn-metadata-agent |
"""
# The same of TripleO's, where the agent had its old name. A dead one: https://docs.openstack.org/neutron/latest/ovn
DEAD = OVN.replace("mnaio-compute2    |                   | :-)   | UP    | n", "mnaio-compute2 | | XXX | DOWN | n")
# kolla-ansible's neutron_enable_ovn_agent: an agent that is told of no metadata, beside the one that serves it
BESIDE = f"{DEAD}| OVN Neutron agent | mnaio-compute2 | | :-) | UP | neutron-ovn-agent |\n"
L3 = "| Metadata agent | controller | | :-) | UP | neutron-metadata-agent |"


def agents(table: str) -> Agents:
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines())
    return Agents(
        [
            SimpleNamespace(agent_type=kind, host=host, is_alive=alive == ":-)", binary=binary)  # type: ignore[misc]
            for kind, host, _, alive, _, binary in rows
        ]
    )


def node(name: str) -> Any:
    return SimpleNamespace(name=name, is_called=lambda host: host.partition(".")[0] == name)


def test_one_metadata_agent_on_each_compute_node_is_enough() -> None:
    for name in ("mnaio-compute1", "mnaio-compute2"):
        compute_node_has_one(node(name), agents(OVN))


@pytest.mark.parametrize(
    ("table", "name", "words"),
    [
        (DEAD, "mnaio-compute2", "Neutron hears nothing of the metadata agent on mnaio-compute2"),
        (BESIDE, "mnaio-compute2", "Neutron hears nothing of the metadata agent on mnaio-compute2"),
        (OVN, "mnaio-compute3", "Neutron knows no metadata agent on mnaio-compute3"),
    ],
)
def test_one_elsewhere_does_not_help_a_compute_nodes_guests(table: str, name: str, words: str) -> None:
    with pytest.raises(AssertionError, match=f"{words}.*Fix: .*neutron-ovn-metadata-agent"):
        compute_node_has_one(node(name), agents(table))


def test_without_ovn_one_serves_all_nodes() -> None:
    with pytest.raises(pytest.skip.Exception, match="one metadata agent answers for all nodes"):
        compute_node_has_one(node("compute1"), agents(L3))


def test_what_is_missing_is_called_what_it_is_there() -> None:
    assert "neutron-ovn-metadata-agent" in agents(OVN).to_have("Metadata")
    assert "neutron-metadata-agent" in agents(L3).to_have("Metadata")
    assert "neutron-l3-agent" in agents(L3).to_have("L3")
