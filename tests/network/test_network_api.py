import pytest
from openstack.connection import Connection
from openstack.network.v2.agent import Agent
from openstack.network.v2.network import Network
from openstack.network.v2.router import Router
from openstack.network.v2.subnet import Subnet

from fixtures.cloud.agents import Agents
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import wait_for
from fixtures.network.addresses import dhcp_ports, inside_ports, outside_ports
from fixtures.network.drivers.driver import Driver
from fixtures.network.l2_agent import to_install
from fixtures.network.subnet import DNS_NAMESERVER, GATEWAY, SUBNET_RANGE
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.restarting import Restarting

ON_COMPUTE_NODES = {"dvr", "dvr_no_external"}
"""Modes of an L3 agent that routes for guests of its own node. Source: neutron_lib.constants, L3_AGENT_MODE_DVR."""
network_services = pytest.mark.parametrize("service", ["L3", "DHCP", "Metadata"])


@pytest.mark.req("NEU-1")
@network_services
def test_network_service_has_an_agent(agents: Agents, service: str) -> None:
    """Neutron routes, hands out addresses and passes metadata on."""
    agents.skip_unless_used(service)
    assert agents.of(service), f"Neutron lists no {service} agent. Fix: {agents.to_have(service)}"


@pytest.mark.req("NEU-1")
def test_compute_node_has_a_metadata_agent_with_ovn(compute_node: Node, agents: Agents) -> None:
    """With OVN a guest's question for its key and name is answered on its own node, and nowhere else."""
    if not agents.are_ovns:
        pytest.skip("without OVN one metadata agent answers for all nodes")
    found = [agent for agent in agents.of("Metadata") if compute_node.is_called(agent.host)]
    assert any(agent.is_alive for agent in found), (
        f"Neutron {'hears nothing of the' if found else 'knows no'} metadata agent on {compute_node.name}, so its "
        f"guests get no key; it has them on {agents.hosts_of('Metadata')}. Fix: {agents.to_have('Metadata')}"
    )


@pytest.mark.req("NEU-15")
def test_compute_node_routes_for_its_guests(
    compute_node: Node, distributed_router: Router, l3_agents: list[Agent], restarting: Restarting
) -> None:
    """A distributed router is nowhere for the guests of a node without an L3 agent, or with one in another mode."""
    modes = [
        str(agent.configuration.get("agent_mode")) for agent in l3_agents if compute_node.is_called(str(agent.host))
    ]
    assert any(mode.startswith("dvr") for mode in modes), (
        f"{compute_node.name} has {f'an L3 agent with agent_mode = {modes[0]}' if modes else 'no L3 agent'}, but "
        f"router {distributed_router.id} is distributed. Fix: on {compute_node.name} install neutron-l3-agent, set "
        f"[DEFAULT] agent_mode = dvr in l3_agent.ini; then {restarting.of('neutron-l3-agent', compute_node.hostname)}"
    )


@pytest.mark.req("NEU-15")
@pytest.mark.usefixtures("distributed_router", "l3_agents")
def test_l2_agent_knows_of_distributed_routers(compute_node: Node, agents: Agents, restarting: Restarting) -> None:
    """The gateway has one MAC address on all nodes: br-int and br-tun need their flows for that."""
    found = [agent for agent in agents.of("L2") if compute_node.is_called(str(agent.host))]
    wrong = [agent.binary for agent in found if not agent.configuration.get("enable_distributed_routing", True)]
    assert not wrong, (
        f"{compute_node.name}: {wrong[0]} runs with [agent] enable_distributed_routing = false, but routers are "
        f"distributed. Fix: on {compute_node.name} set it to true in openvswitch_agent.ini; then "
        f"{restarting.of(wrong[0], compute_node.hostname)}"
    )


@pytest.mark.req("NEU-15")
def test_a_network_node_translates_for_guests_without_a_floating_ip(
    distributed_router: Router, l3_agents: list[Agent], restarting: Restarting
) -> None:
    """Compute nodes route between networks and floating IPs; what leaves under the router's own address does not."""
    modes = {str(agent.host): str(agent.configuration.get("agent_mode")) for agent in l3_agents if agent.is_alive}
    assert "dvr_snat" in modes.values(), (
        f"no L3 agent that lives has agent_mode = dvr_snat ({modes or 'none lives'}), so guests behind router "
        f"{distributed_router.id} get out under their floating IPs alone. Fix: on the network node set [DEFAULT] "
        f"agent_mode = dvr_snat in l3_agent.ini; then {restarting.of('neutron-l3-agent')}"
    )


@pytest.mark.req("NEU-1")
def test_every_agent_is_alive_and_up(agents: Agents, restarting: Restarting, subtests: pytest.Subtests) -> None:
    """`openstack network agent list` shows no XXX and nothing DOWN."""
    assert agents.all, "Neutron lists no agent at all. Fix: check transport_url in the agents' neutron.conf"
    for agent in agents.all:
        with subtests.test(f"{agent.binary} on {agent.host}"):
            assert agent.is_alive, (
                f"{agent.binary} on {agent.host} is not alive, last heard of {agent.last_heartbeat_at}. "
                f"Fix: {restarting.of(agent.binary, agent.host)}"
            )
            assert agent.is_admin_state_up, (
                f"{agent.binary} on {agent.host} is switched off. Fix: openstack network agent set --enable {agent.id}"
            )


@pytest.mark.req("NEU-1")
def test_node_has_an_l2_agent(l2_node: Node, agents: Agents, network_driver: Driver) -> None:
    """Guests and routers are wired by a Layer 2 agent on their own node."""
    found = [agent.binary for agent in agents.of("L2") if l2_node.is_called(agent.host)]
    assert found, (
        f"Neutron knows no Layer 2 agent on {l2_node.name}; it has them on {agents.hosts_of('L2')}. "
        f"Fix: on {l2_node.name}, {to_install(l2_node, network_driver)}"
    )


@pytest.mark.req("NEU-1")
def test_no_dead_agent_is_on_an_unknown_node(agents: Agents, nodes: Nodes) -> None:
    """A dead agent of an unknown host is what a renamed or forgotten node left."""
    strangers = sorted({agent.host for agent in agents.all if not agent.is_alive and not nodes.called(agent.host)})
    assert not strangers, (
        f"dead agents on {', '.join(strangers)}, which --hosts={nodes.given} does not give. "
        "Fix: openstack network agent delete what a renamed host left, or give that node in --hosts"
    )


@pytest.mark.req("NEU-7")
def test_external_network_has_a_physical_network(
    external_network: Network, external_physical_networks: set[str]
) -> None:
    """`openstack network create --external --provider-physical-network … ext1`."""
    assert external_physical_networks, (
        f"{external_network.name} is external, but of type {external_network.provider_network_type} with no "
        "physical network, so it leads nowhere. Fix: openstack network create --external "
        "--provider-network-type flat --provider-physical-network NAME, and use that one (--external-network)"
    )


@pytest.mark.req("NEU-7")
def test_external_network_has_a_subnet(operator: Connection, external_network: Network) -> None:
    """Routers and floating IPs take their addresses from a subnet of it, which Neutron hides from members."""
    ranges = [subnet.cidr for subnet in operator.network.subnets(network_id=external_network.id, ip_version=4)]
    assert ranges, (
        f"{external_network.name} has no IPv4 subnet. Fix: openstack subnet create --network "
        f"{external_network.name} --subnet-range … --allocation-pool start=…,end=… --gateway … --no-dhcp NAME"
    )


@pytest.mark.req("NEU-7")
def test_external_network_has_free_addresses(external_network: Network, free_addresses: dict[str, int]) -> None:
    """One that routers and floating IPs have used up serves nobody else."""
    assert sum(free_addresses.values()) > 0, (
        f"{external_network.name} has no IPv4 address left: {free_addresses or 'no subnet'}. Fix: openstack floating "
        "ip list and delete what nobody uses, or openstack subnet set --allocation-pool start=…,end=… SUBNET"
    )


@pytest.mark.req("NEU-8")
def test_subnet_is_what_was_asked_for(cloud: Connection, subnet: Subnet) -> None:
    """`openstack subnet create` keeps range, gateway and name server."""
    now = cloud.network.get_subnet(subnet.id)
    kept = (now.cidr, now.gateway_ip, list(now.dns_nameservers))
    asked = (SUBNET_RANGE, GATEWAY, [DNS_NAMESERVER])
    assert kept == asked, f"the subnet has {kept}, asked for {asked}. Fix: read neutron-server's log"


@pytest.mark.req("NEU-8")
@pytest.mark.waits
def test_dhcp_port_is_bound(
    cloud: Connection,
    network: Network,
    subnet: Subnet,
    agents: Agents,
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """The DHCP agent has plugged its port, so that guests get an address."""
    agents.skip_unless_used("DHCP")
    wait_for(
        f"a DHCP port of network {network.id} to be ACTIVE",
        probe=lambda: [port.status for port in dhcp_ports(cloud, network)],
        until=lambda statuses: "ACTIVE" in statuses,
        deadline=deadlines.port_active,
        fix=lambda statuses: _to_serve_dhcp(network, restarting, is_served=bool(statuses)),
    )


@pytest.mark.req("NEU-9")
def test_an_l3_agent_takes_the_router(
    router: Router, router_is_distributed: bool, l3_agents: list[Agent], restarting: Restarting
) -> None:
    """With `agent_mode = dvr`, which is a compute node's, an agent takes distributed routers alone.

    Source: neutron/db/l3_agentschedulers_db.py, get_l3_agent_candidates().
    """
    if router_is_distributed:
        pytest.skip(f"router {router.id} is distributed: see NEU-15")
    modes = {str(agent.host): str(agent.configuration.get("agent_mode", "legacy")) for agent in l3_agents}
    takes = [host for host, mode in modes.items() if mode not in ON_COMPUTE_NODES]
    assert takes or not modes, (
        f"no L3 agent takes router {router.id}, which is not distributed; their agent_mode is "
        f"{', '.join(f'{host}: {mode}' for host, mode in sorted(modes.items()))}. Fix: on the network node set "
        "[DEFAULT] agent_mode = legacy in l3_agent.ini (with distributed routers dvr_snat); "
        f"{restarting.of('neutron-l3-agent')}"
    )


@pytest.mark.req("NEU-9")
@pytest.mark.waits
def test_router_port_inside_is_active(
    cloud: Connection, router: Router, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`openstack router add subnet` gives the router the gateway's address inside."""
    wait_for(
        f"the port of router {router.id} with {GATEWAY} to be ACTIVE",
        probe=lambda: [port.status for port in inside_ports(cloud, router, GATEWAY)],
        until=lambda statuses: statuses == ["ACTIVE"],
        deadline=deadlines.router_wired,
        fix=network_driver.fixes.routing,
    )


@pytest.mark.req("NEU-9")
def test_router_has_an_external_address(cloud: Connection, router: Router, external_network: Network) -> None:
    """`openstack router set --external-gateway` gives the router an address outside."""
    gateway = cloud.network.get_router(router.id).external_gateway_info or {}
    addresses = [fixed["ip_address"] for fixed in gateway.get("external_fixed_ips", [])]
    assert gateway.get("network_id") == external_network.id and addresses, (
        f"router {router.id} has {addresses or 'no address'} outside, and not in {external_network.name}. "
        f"Fix: free addresses in {external_network.name}'s allocation pool"
    )


@pytest.mark.req("NEU-9")
@pytest.mark.waits
def test_router_port_outside_is_active(
    operator: Connection, router: Router, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`openstack port list --router` shows the gateway port ACTIVE."""
    wait_for(
        f"the gateway port of router {router.id} to be ACTIVE",
        probe=lambda: [port.status for port in outside_ports(operator, router)],
        until=lambda statuses: statuses == ["ACTIVE"],
        deadline=deadlines.router_wired,
        fix=network_driver.fixes.outside,
    )


def _to_serve_dhcp(network: Network, restarting: Restarting, *, is_served: bool) -> str:
    """What helps where no DHCP port is active; without any port, no agent was asked to make one, or none could."""
    agent = restarting.of("neutron-dhcp-agent")
    if is_served:
        return f"{agent}; check the Layer 2 agent on its node"
    return (
        f"openstack network agent list --network {network.id}; where that shows none, neutron.conf of neutron-server "
        "must not have [DEFAULT] enable_traditional_dhcp = False, nor dhcp_agent_notification = False; where it shows "
        f"one, {agent}, and read its log"
    )
