"""The fixes of OVN's checks are for the cloud that is there."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network.ovn_server import OvnServer
from fixtures.network.ovsdb import Remote
from fixtures.nodes.config import EffectiveConfig
from selftests.network.chassis import chassis
from selftests.nodes.known_nodes import known_node

CHECKS: Any = import_module("tests.network.test_ovn_nodes")


def test_a_database_listens_at_its_own_port_as_it_is_asked() -> None:
    to_open = CHECKS._to_open
    assert "ovn-nbctl --no-leader-only set-connection ptcp:6641:0.0.0.0" in to_open(
        "Northbound", Remote("tcp", "10.0.0.11", 6641)
    )
    assert "ovn-sbctl --no-leader-only set-connection pssl:6642:0.0.0.0" in to_open(
        "Southbound", Remote("ssl", "10.0.0.11", 6642)
    )


def test_a_relay_is_started_and_the_database_keeps_its_connections() -> None:
    """`set-connection` takes the place of all there are. Sources: kolla-ansible, ovn_sb_db_relay; ovn-sbctl(8)."""
    told = CHECKS._to_open("Southbound", Remote("tcp", "10.0.0.11", 16641))
    assert "set-connection" not in told
    assert "ovn_sb_db_relay_1" in told


@pytest.mark.parametrize("method", ["tcp", "ssl"])
def test_where_to_look_keeps_its_tls(method: str) -> None:
    told = {"/etc/ml2_conf.ini": f"[ovn]\novn_sb_connection = {method}:127.0.0.1:6642\n"}
    server = OvnServer(known_node("controller"), EffectiveConfig("neutron-server.service", told))
    assert CHECKS._for_others(server) == f"{method}:ADDRESS-OF-controller:6642"
    assert f"ovn_sb_connection = {method}:ADDRESS:PORT" in CHECKS._to_correct(server, "Southbound")


def test_a_chassis_is_renamed_where_its_name_comes_from() -> None:
    kolla: Any = SimpleNamespace(name="c", service=lambda _: SimpleNamespace(deployed_by="kolla-ansible reconfigure"))
    assert "uuidgen > /etc/openvswitch/system-id.conf" in CHECKS._to_rename([known_node("a"), known_node("b")])
    assert "openvswitch_system_id, then kolla-ansible reconfigure" in CHECKS._to_rename([kolla, kolla])


def wrong(gateways: Any, *every: Any, hosts: tuple[str, ...] = ("network1", "compute1")) -> str:
    agents = SimpleNamespace(of=lambda _: [SimpleNamespace(host=host) for host in hosts])
    check = CHECKS.test_a_gateway_chassis_maps_the_external_network
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as raised:
        check(gateways, {each.node.name: each for each in every}, agents, {"provider"})
    return str(raised.value)


def test_it_says_which_chassis_could_lead_outward() -> None:
    plain, other = chassis("network1"), chassis("compute1", ovn_bridge_mappings="provider:br-ex")
    assert wrong([], plain, other).startswith("no gateway chassis maps provider, the provider:physical_network")
    assert "compute1 (external_ids:ovn-bridge-mappings=provider:br-ex, external_ids:ovn-cms-options=(not" in wrong(
        [], plain, other
    )
    assert wrong([plain], plain).startswith("no chassis given leads to provider; compute1 were not given")
    assert wrong([plain, chassis()], plain, chassis()).startswith("no chassis maps provider")
