import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.interfaces import bridge_ports, not_neutrons, parse_links
from fixtures.nodes.node import Node
from selftests.nodes.known_nodes import KnownFacts

HERE = Node("here", frozenset(), checked(testinfra.get_host("local://")))
STARTED = {"ovs-vswitchd.service": {"Id": "ovs-vswitchd.service", "LoadState": "not-found"}}
vars(HERE)["facts"] = KnownFacts(HERE.host, {"started": STARTED, "unit-files": {"openvswitch": list(STARTED)}})

SHOWN = r"""
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default\    link/loopback
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT\    link/ether
3: eth1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default\    link/ether
4: eth2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc fq_codel state DOWN mode DEFAULT\    link/ether
5: brq5e6f: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT\    link/ether
"""


def test_interfaces_are_told_by_name() -> None:
    assert parse_links(SHOWN).keys() == {"lo", "eth0", "eth1", "eth2", "brq5e6f"}


def test_up_is_switched_on_and_connected() -> None:
    found = parse_links(SHOWN)
    assert [found[name].is_up for name in ("eth0", "eth1", "eth2")] == [True, False, False]


def test_down_and_unplugged_are_not_the_same() -> None:
    found = parse_links(SHOWN)
    assert found["eth0"].state == "up"
    assert found["eth1"].state == "down"
    assert "carrier" in found["eth2"].state


def test_what_neutron_made_is_not_offered() -> None:
    assert not_neutrons(parse_links(SHOWN)) == "eth0, eth1, eth2"


def test_mtu_is_told() -> None:
    assert parse_links(SHOWN)["lo"].mtu == 65536


def test_a_bridge_that_is_not_there_has_no_ports() -> None:
    assert bridge_ports(HERE, "br-nowhere") is None


def test_an_interface_that_is_no_bridge_is_none_and_asks_for_no_open_vswitch() -> None:
    assert bridge_ports(HERE, "lo") is None
