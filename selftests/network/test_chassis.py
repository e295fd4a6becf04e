from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network import outward_node as outward
from fixtures.network.agent_settings import FileSettings
from fixtures.network.chassis import Chassis, gateway_chassis
from fixtures.network.chassis_tunnels import missing_tunnels, tunnels_in
from fixtures.network.connection_status import connection_status
from fixtures.network.drivers import linuxbridge, openvswitch
from fixtures.network.l2_agent import L2Agent
from fixtures.network.ovn_server import OvnServer
from fixtures.network.ovs_interface import OvsInterface, interface_in
from fixtures.network.ovsdb import Remote
from fixtures.network.unused_bridge import why_unused
from fixtures.nodes.config import EffectiveConfig
from selftests.network.chassis import agent, chassis
from selftests.nodes.known_nodes import known_node


def test_a_chassis_is_what_its_external_ids_say() -> None:
    each = chassis(ovn_cms_options="enable-chassis-as-gw,availability-zones=az1")
    assert (each.name, each.hostname, each.is_gateway) == ("5ad98a23-bd34-432c-8a7b-1cb2ff4b1b26", "compute1", True)
    assert each.remotes == [Remote("tcp", "10.0.0.11", 6642)]
    assert chassis().is_gateway is False


def test_without_a_host_name_it_has_the_nodes() -> None:
    assert chassis("kvm1", hostname="").hostname == "kvm1"
    assert chassis("kvm1", hostname="kvm1.example.org").hostname == "kvm1.example.org"


def gateways(*every: Chassis, newest: tuple[int, int] = (2, 93)) -> list[str]:
    make: Any = gateway_chassis
    endpoint = SimpleNamespace(max_microversion=newest)
    cloud = SimpleNamespace(compute=SimpleNamespace(get_endpoint_data=lambda: endpoint))
    return [each.node.name for each in make.__wrapped__({each.node.name: each for each in every}, cloud)]


def test_those_that_are_marked_are_gateways_or_else_until_zed_all() -> None:
    marked = chassis("network1", ovn_cms_options="enable-chassis-as-gw")
    assert gateways(marked, chassis("compute1")) == ["network1"]
    assert gateways(marked, chassis("compute1"), newest=(2, 96)) == ["network1"]
    assert gateways(chassis("network1"), chassis("compute1")) == ["network1", "compute1"]
    assert gateways(chassis("network1"), chassis("compute1"), newest=(2, 95)) == []


def leads_outward(of: L2Agent, mode: str = "", others: frozenset[str] = frozenset(), *, beside: Any = ()) -> Any:
    make: Any = outward.outward_node
    agents = {each.node.name: each for each in (of, *beside)}
    return make.__wrapped__(of.node, of, agents, mode, {"provider"}, {"provider", "other"}, others)


def test_routers_lead_out_through_a_gateway_chassis() -> None:
    mistyped = agent(ovn_cms_options="enable-chassis-as-gw", ovn_bridge_mappings="providr:br-ex")
    assert leads_outward(mistyped) is mistyped.node
    with pytest.raises(pytest.skip.Exception, match=r"ovn-cms-options=\(not set\): no gateway chassis"):
        leads_outward(agent())
    with pytest.raises(pytest.skip.Exception, match="this gateway chassis leads to other"):
        leads_outward(agent(ovn_cms_options="enable-chassis-as-gw", ovn_bridge_mappings="other:br-x"))


def test_one_that_maps_nothing_need_not_lead_outward_beside_one_that_does() -> None:
    """Packstack marks every compute node, and gives the controller alone the mapping."""
    marked: dict[str, Any] = {"ovn_cms_options": "enable-chassis-as-gw"}
    plain, controller = agent(**marked), agent("controller", ovn_bridge_mappings="provider:br-ex", **marked)
    with pytest.raises(pytest.skip.Exception, match=r"mappings=\(not set\): Neutron takes controller instead"):
        leads_outward(plain, beside=[controller])
    assert leads_outward(plain, beside=[agent("compute2", **marked)]) is plain.node
    assert leads_outward(plain, beside=[agent("compute2", ovn_bridge_mappings="provider:br-ex")]) is plain.node
    mistyped = agent(ovn_bridge_mappings="providr:br-ex", **marked)
    assert leads_outward(mistyped, beside=[controller]) is mistyped.node


@pytest.mark.parametrize(("mode", "leads"), [("legacy", True), ("dvr_snat", True), ("", False)])
def test_or_through_an_l3_agent(mode: str, leads: bool) -> None:
    bridges = L2Agent(known_node("network1"), linuxbridge.DRIVER)
    if leads:
        assert leads_outward(bridges, mode) is bridges.node
        return
    with pytest.raises(pytest.skip.Exception, match="no L3 agent there"):
        leads_outward(bridges, mode)


@pytest.mark.parametrize(
    ("mappings", "leads"), [("other:br-x", False), ("other:br-x,provider:br-ex", True), ("providr:br-ex", True)]
)
def test_an_l3_agent_may_lead_to_another_external_network(mappings: str, leads: bool) -> None:
    bridges = L2Agent(known_node("network2"), openvswitch.DRIVER)
    config = EffectiveConfig("q-agt.service", {"/etc/ovs.ini": f"[ovs]\nbridge_mappings = {mappings}\n"})
    vars(bridges)["settings"] = FileSettings("network2", config)
    if leads:
        assert leads_outward(bridges, "legacy", frozenset({"other"})) is bridges.node
        return
    with pytest.raises(pytest.skip.Exception, match="another external network, by other"):
        leads_outward(bridges, "legacy", frozenset({"other"}))


def test_only_beside_marked_gateways_a_bridge_may_lead_nowhere() -> None:
    marked, plain = chassis("network1", ovn_cms_options="enable-chassis-as-gw"), chassis("compute1")
    server = known_node("controller")
    apart, each = (
        OvnServer(server, EffectiveConfig("neutron-server.service", {"/etc/ml2_conf.ini": f"[ovn]\n{told}"}))
        for told in ("", "enable_distributed_floating_ip = true\n")
    )
    assert "no gateway chassis" in why_unused(plain.agent, [marked], lambda: [apart])
    assert why_unused(plain.agent, [marked], lambda: [each]) == ""
    assert why_unused(marked.agent, [marked], lambda: [apart]) == ""
    assert why_unused(plain.agent, [plain], lambda: [apart]) == ""


# Source: Open vSwitch, ovs-vswitchd.conf.db(5), Interface; OVN, controller/encaps.c, tunnel_add()
PEER = {"type": "geneve", "options": {"csum": "true", "key": "flow", "remote_ip": "10.0.0.102"}, "error": []}
TAP = {"type": "", "options": {}, "error": []}


def test_tunnels_are_known_by_where_they_lead() -> None:
    broken = {**PEER, "options": {"remote_ip": "10.0.0.21"}, "error": "could not add network device ovn-1 to ofproto"}
    assert tunnels_in([PEER, TAP, broken]) == {
        "10.0.0.102": "",
        "10.0.0.21": "could not add network device ovn-1 to ofproto",
    }


def test_a_tunnel_leads_to_each_other_chassis() -> None:
    mine, near = chassis(), chassis("compute2", ovn_encap_ip="10.0.0.102")
    far = chassis("network1", ovn_encap_ip="10.0.0.21,10.0.1.21")
    every = {each.node.name: each for each in (mine, near, far)}
    assert missing_tunnels(mine, every, {"10.0.0.102": "", "10.0.1.21": ""}) == {}
    assert missing_tunnels(mine, every, {"10.0.0.102": ""}) == {"network1 (10.0.0.21, 10.0.1.21)": "there is none"}
    assert missing_tunnels(mine, every, {"10.0.0.102": "no such module", "10.0.1.21": ""}) == {
        "compute2 (10.0.0.102)": "no such module"
    }


def test_one_with_the_same_address_is_no_other() -> None:
    copied = chassis("compute2", ovn_encap_ip="10.0.0.101")
    assert missing_tunnels(chassis(), {"compute1": chassis(), "compute2": copied}, {}) == {}


@pytest.mark.parametrize(
    ("row", "told", "plugged"),
    [
        ({"name": "tap1", "ofport": 5, "error": []}, "tap1 as OpenFlow port 5", True),
        ({"name": "tap1", "ofport": []}, "tap1 as OpenFlow port 0", False),
        ({"name": "tap1", "ofport": -1, "error": "could not open network device tap1"}, "tap1: could not", False),
    ],
)
def test_an_interface_tells_whether_it_is_plugged(row: dict[str, Any], told: str, plugged: bool) -> None:
    found: OvsInterface = interface_in(row)
    assert repr(found).startswith(told)
    assert found.is_plugged is plugged


def asked(**answer: Any) -> str:
    host = SimpleNamespace(try_run=lambda command: SimpleNamespace(**answer))
    node = SimpleNamespace(name="compute1", service=lambda name: SimpleNamespace(host=host))
    make: Any = connection_status
    of = SimpleNamespace(node=node, agent=SimpleNamespace(service="ovn-controller"))
    return str(make.__wrapped__(of))


@pytest.mark.parametrize("told", ["connected", "not connected"])
def test_the_controller_tells_whether_it_is_connected(told: str) -> None:
    """Source: OVN, tests/ovn-controller.at."""
    assert asked(failed=False, stdout=f"{told}\n") == told


def test_one_that_does_not_run_tells_nothing() -> None:
    said = 'ovn-appctl: cannot read pidfile "/var/run/ovn/ovn-controller.pid" (No such file or directory)\n'
    with pytest.raises(pytest.skip.Exception, match="ovn-controller tells nothing: ovn-appctl: cannot read pidfile"):
        asked(failed=True, stderr=said)
