from collections.abc import Mapping
from typing import Any

import pytest

from fixtures.nodes.node import Node
from fixtures.nodes.role_hints import hints_of
from fixtures.nodes.role_option import wishes_in
from fixtures.nodes.roles import ALL_ROLES, Evidence, Listed, Reasons, decide
from fixtures.nodes.service_states import service_states_on
from selftests.nodes.known_nodes import known_node

CONTROL = ["nova-conductor", "nova-scheduler", "nova-novncproxy", "neutron-server", "cinder-scheduler", "rabbitmq"]
AGENTS = ["neutron-openvswitch-agent", "neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"]
SWIFT = ["swift-account", "swift-container", "swift-object"]
COMPUTE = ["nova-compute", "libvirt", "neutron-openvswitch-agent"]
NOVA_LISTS = Listed("nova-compute", "Nova lists nova-compute there", is_up=True)
NOVA_LISTED = NOVA_LISTS._replace(is_up=False)
GATEWAY = Listed("ovn-controller", "Neutron lists its OVN Controller Gateway agent there", is_up=True)


def reasons(
    *nodes: Node | str,
    options: tuple[str, ...] = (),
    groups: Mapping[str, list[str]] | None = None,
    listed: Mapping[str, Listed] | None = None,
) -> dict[str, Reasons]:
    """What is decided; of a node that is a mere name nothing can be seen."""
    seen = {each if isinstance(each, str) else each.name: each for each in nodes}
    known = {
        name: Evidence(
            hints=hints_of(name, (groups or {}).get(name, ())),
            seen=None if isinstance(each, str) else service_states_on(each),
            listed=(listed[name],) if name in (listed or {}) else (),  # type: ignore[index]
            is_alone=len(seen) == 1,
        )
        for name, each in seen.items()
    }
    return decide(known, wishes_in(options, seen))


def roles(*nodes: Node | str, **known: Any) -> dict[str, str]:
    return {name: " ".join(found) for name, found in reasons(*nodes, **known).items()}


def test_packstacks_controller_is_all_that_runs_on_it() -> None:
    controller = known_node("controller", "rdo", running=[*CONTROL, *AGENTS, *COMPUTE, *SWIFT, "cinder-volume"])
    assert roles(controller, known_node("compute1", "rdo", running=COMPUTE)) == {
        "controller": "block compute controller network object",
        "compute1": "compute",
    }


def test_a_lone_devstack_is_what_it_has_whatever_its_name() -> None:
    units = ["nova-compute", *CONTROL, "ovn-controller", "cinder-volume"]
    for name in ("devstack", "compute1", "controller", "10.0.0.5"):
        assert roles(known_node(name, "devstack", running=units)) == {name: "block compute controller network"}


def test_containers_of_kolla_tell() -> None:
    inventory = {
        "control01": ["control", "cinder", "cinder-volume", "neutron", "baremetal", "swift"],
        "network01": ["network", "neutron"],
        "compute01": ["compute", "neutron-ovn-metadata-agent", "iscsid"],
        "storage01": ["storage", "tgtd"],
        "monitoring01": ["monitoring", "grafana"],
        "localhost": ["deployment"],
    }
    found = roles(
        known_node("control01", "kolla", running=CONTROL),
        known_node("network01", "kolla", running=AGENTS),
        known_node("compute01", "kolla", running=COMPUTE),
        known_node("storage01", "kolla", running=["cinder-volume", *SWIFT, "iscsi-target"]),
        known_node("monitoring01", "kolla"),
        known_node("localhost"),
        groups=inventory,
    )
    assert found == {
        "control01": "controller",
        "network01": "network",
        "compute01": "compute",
        "storage01": "block object",
        "monitoring01": "",
        "localhost": "",
    }


def test_names_that_tell_nothing_are_none_the_worse() -> None:
    assert roles(
        known_node("infra1", running=CONTROL),
        known_node("kvm3", running=COMPUTE),
        known_node("net1", running=AGENTS),
        known_node("rabbit2", running=["rabbitmq"]),
    ) == {"infra1": "controller", "kvm3": "compute", "net1": "network", "rabbit2": "controller"}


def test_the_lab_is_as_its_names_say() -> None:
    agents = ["neutron-linuxbridge-agent", *AGENTS[1:]]
    lab = (
        known_node("controller", running=[*CONTROL, *agents, *SWIFT, "swift-proxy"]),
        known_node("compute1", running=["nova-compute", "libvirt", "neutron-linuxbridge-agent", "iscsi-initiator"]),
        known_node("block1", running=["cinder-volume", "iscsi-target"]),
    )
    assert roles(*lab) == roles("controller", "compute1", "block1")
    assert roles(*lab) == {"controller": "controller network object", "compute1": "compute", "block1": "block"}


def test_packages_that_nobody_uses_give_no_role() -> None:
    dormant = ["nova-compute", "cinder-volume", "neutron-l3-agent", *SWIFT]
    found = reasons(known_node("infra1", running=CONTROL, dormant=dormant), known_node("kvm1", running=COMPUTE))
    assert found["infra1"] == {"controller": "nova-conductor.service runs"}


@pytest.mark.parametrize("state", ["stopped", "dormant", "masked"])
def test_what_somebody_stopped_is_still_looked_at(state: str) -> None:
    there = known_node("compute1", running=["neutron-openvswitch-agent"], **{state: ["nova-compute"]})  # type: ignore[arg-type]
    assert roles(there)["compute1"] == "compute"


@pytest.mark.parametrize("state", ["dormant", "masked"])
def test_where_no_name_speaks_of_it_an_api_does(state: str) -> None:
    there = known_node("kvm3", running=["neutron-openvswitch-agent"], **{state: ["nova-compute"]})  # type: ignore[arg-type]
    assert roles(there) == {"kvm3": ""}
    assert reasons(there, listed={"kvm3": NOVA_LISTED}) == {"kvm3": {"compute": "Nova lists nova-compute there"}}


def test_what_an_api_only_remembers_gives_no_role() -> None:
    moved = known_node("infra1", running=CONTROL)
    assert roles(moved, listed={"infra1": NOVA_LISTED}) == {"infra1": "controller"}
    assert roles(moved, listed={"infra1": NOVA_LISTS}) == {"infra1": "compute controller"}


def test_ovns_gateways_are_network_nodes_and_no_other_chassis() -> None:
    chassis = known_node("gw1", running=["ovn-controller"]), known_node("kvm3", running=["ovn-controller", *COMPUTE])
    assert roles(*chassis) == {"gw1": "", "kvm3": "compute"}
    assert roles(*chassis, listed={"gw1": GATEWAY}) == {"gw1": "network", "kvm3": "compute"}
    assert roles(*chassis, groups={"gw1": ["network"]}) == {"gw1": "network", "kvm3": "compute"}


def test_what_a_name_says_is_asked_for_where_nothing_is_there_at_all() -> None:
    found = reasons(known_node("compute1"), known_node("db1"))
    assert found == {"compute1": {"compute": "its name says so; no such service is there"}, "db1": {}}


def test_a_node_is_more_than_its_name_or_something_else() -> None:
    assert roles(known_node("storage1", running=SWIFT), known_node("network9", running=COMPUTE)) == {
        "storage1": "object",
        "network9": "compute",
    }


def test_where_nothing_can_be_seen_names_tell() -> None:
    assert roles("controller", "compute1", "cmp02", "network", "block1", "swift1") == {
        "controller": "controller",
        "compute1": "compute",
        "cmp02": "compute",
        "network": "network",
        "block1": "block",
        "swift1": "object",
    }


def test_a_controller_carries_what_no_other_node_does() -> None:
    assert roles("controller", "compute1", "block1")["controller"] == "controller network object"
    assert roles("controller", known_node("gw1", running=AGENTS))["controller"] == "controller object"


def test_a_lone_node_of_which_nothing_is_known_is_everything() -> None:
    assert roles("10.0.0.11") == {"10.0.0.11": " ".join(sorted(ALL_ROLES))}
    assert roles("10.0.0.11", options=("block=-10.0.0.11",)) == {"10.0.0.11": "compute controller network object"}
    assert roles("10.0.0.11", options=("block=10.0.0.11",)) == {"10.0.0.11": "block"}
    assert roles(known_node("10.0.0.11")) == {"10.0.0.11": ""}


def test_the_option_adds_and_takes_away() -> None:
    there = known_node("controller", running=[*CONTROL, *COMPUTE]), known_node("compute1", running=COMPUTE)
    found = reasons(*there, options=("block=controller", "compute=-controller, compute1"))
    assert found == {
        "controller": {"block": "--role says so", "controller": "nova-conductor.service runs"},
        "compute1": {"compute": "nova-compute.service runs"},
    }


def test_groups_come_before_the_name() -> None:
    assert roles("controller", "compute1", groups={"compute1": ["compute", "storage"]})["compute1"] == "block compute"
