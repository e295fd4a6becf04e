"""Chassis of OVN whose Open vSwitch says what the test has it say."""

import json
from typing import Any

from fixtures.network.chassis import Chassis
from fixtures.network.drivers import ovn
from fixtures.network.external_ids import ExternalIds
from fixtures.network.l2_agent import L2Agent
from selftests.nodes.known_nodes import known_node

LAB = {
    "hostname": "compute1",
    "ovn-encap-ip": "10.0.0.101",
    "ovn-encap-type": "geneve",
    "ovn-remote": "tcp:10.0.0.11:6642",
    "rundir": "/var/run/openvswitch",
    "system-id": "5ad98a23-bd34-432c-8a7b-1cb2ff4b1b26",
}


def external_ids(**ids: str) -> str:
    """What ovs-vsctl prints of the table Open_vSwitch; a _ in a key stands for its -."""
    told = {**LAB, **{key.replace("_", "-"): value for key, value in ids.items()}}
    pairs = [[key, value] for key, value in sorted(told.items()) if value]
    return json.dumps({"data": [[["map", pairs]]], "headings": ["external_ids"]}, separators=(",", ":")) + "\n"


def agent(name: str = "compute1", addresses: tuple[str, ...] = ("10.0.0.101",), **ids: Any) -> L2Agent:
    """The agent of a node with these external_ids besides those of the lab; saved_id is in the node's file."""
    saved = ids.pop("saved_id", "")
    node = known_node(name, running=["openvswitch", "ovn-controller"], addresses=addresses)
    told = {**LAB, "hostname": name, **{key.replace("_", "-"): value for key, value in ids.items()}}
    facts: Any = node.facts
    facts.parsed["external-ids"] = ExternalIds({k: v for k, v in told.items() if v}, saved_id=saved)
    return L2Agent(node, ovn.DRIVER)


def chassis(*words: Any, **ids: Any) -> Chassis:
    """The same as a chassis."""
    of = agent(*words, **ids)
    settings: Any = of.settings
    return Chassis(of, settings.ids)
