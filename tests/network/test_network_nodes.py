from functools import partial

import pytest

from fixtures.core.deadlines import Deadlines
from fixtures.core.error_text import last_line
from fixtures.network.bridge_netfilter import SYSCTLS, BridgeNetfilter
from fixtures.network.drivers import ovn
from fixtures.network.external_network import why_no_gateway
from fixtures.network.interface_drivers import PLUGGING, other_interface_driver
from fixtures.network.ipv6_nodes import L3_AGENT, SYSCTL, has_ipv6, knows_ipv6, names_of, routing_nodes
from fixtures.network.l2_agent import L2Agent
from fixtures.network.mapped_bridges import mapped_bridges
from fixtures.network.metadata_secret import MetadataSecret
from fixtures.network.ml2 import ANY, RANGES, Ml2
from fixtures.network.neutron_server import to_restart
from fixtures.network.open_vswitch import SWITCH, database_answer
from fixtures.network.tunnel_reports import Report
from fixtures.network.unused_bridge import why_unused
from fixtures.nodes.interfaces import Interface, not_neutrons
from fixtures.nodes.kept_out import to_be_told
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.restarting import Restarting
from fixtures.nodes.service_environment import ServiceEnvironment
from fixtures.nodes.service_environment_trouble import lacking
from fixtures.nodes.service_needs import inside
from fixtures.nodes.systemd_units import Unit, wait_until_settled

each_part_of_open_vswitch = pytest.mark.parametrize("service", [SWITCH, "openvswitch-db"])
sysctls = pytest.mark.parametrize("sysctl", SYSCTLS)


@pytest.mark.req("NEU-2")
def test_mapped_interface_exists(l2_node: Node, l2_agent: L2Agent, interfaces: dict[str, Interface]) -> None:
    """`physical_interface_mappings = provider:ens33`, on a node whose interface may have another name."""
    mapped = l2_agent.mapped("interfaces") or pytest.skip(f"{l2_node.name} maps no interface")
    missing = sorted(set(mapped.values()) - interfaces.keys())
    assert not missing, (
        f"{l2_node.name}: {l2_agent.spelled('interfaces')}, but there is no {', '.join(missing)}; "
        f"there are {not_neutrons(interfaces)}. Fix: {l2_agent.fix('interfaces', 'NAME:an interface of this node')}"
    )


@pytest.mark.req("NEU-2")
def test_mapped_interface_is_up(l2_node: Node, l2_agent: L2Agent, interfaces: dict[str, Interface]) -> None:
    """An interface without an address is easily left down."""
    mapped = [interfaces[name] for name in l2_agent.mapped("interfaces").values() if name in interfaces]
    if not mapped:
        pytest.skip(f"{l2_node.name} maps no interface that exists")
    down = {interface.name: interface.state for interface in mapped if not interface.is_up}
    assert not down, (
        f"{l2_node.name}: {l2_agent.spelled('interfaces')}, but {down} is not up. Fix: "
        f"ip link set {' '.join(down)} up, and have it brought up at boot (RDO: ONBOOT=yes; systemd-networkd: "
        "ActivationPolicy=up)"
    )


@pytest.mark.req("NEU-2")
def test_mapped_bridge_leads_out_of_the_node(
    l2_node: Node, l2_agent: L2Agent, subtests: pytest.Subtests, request: pytest.FixtureRequest
) -> None:
    """`bridge_mappings = provider:br-ex`, with a physical interface as a port of br-ex, or br-ex itself the gateway."""
    mapped = l2_agent.mapped("bridges") or pytest.skip(f"{l2_node.name} maps no bridge")
    ovs_vsctl = inside(l2_node.service(SWITCH), "ovs-vsctl")
    for bridge in mapped.values():
        with subtests.test(bridge):
            if (ports := mapped_bridges(l2_node)[bridge]) != []:
                wrong = "does not exist" if ports is None else ""
            else:
                wrong = why_no_gateway(l2_node, bridge, request.getfixturevalue("external_network_subnets"))
                if wrong and l2_agent.driver is ovn.DRIVER:
                    ask = partial(request.getfixturevalue, "ovn_servers")
                    if unused := why_unused(l2_agent, request.getfixturevalue("gateway_chassis"), ask):
                        pytest.skip(f"{unused} ({bridge} {wrong})")
            assert not wrong, (
                f"{l2_node.name}: {l2_agent.spelled('bridges')}, but {bridge} {wrong}. "
                f"Fix: {ovs_vsctl} --may-exist add-br {bridge}; {ovs_vsctl} add-port {bridge} INTERFACE (a bridge of "
                f"the kernel: ip link set INTERFACE master {bridge})"
            )


@pytest.mark.req("NEU-2")
@pytest.mark.usefixtures("outward_node")
def test_network_node_maps_the_external_network(
    network_node: Node, l2_agent: L2Agent, wanted_physical_networks: set[str]
) -> None:
    """The name on the left of the mapping is the one that the provider network uses."""
    mapped = l2_agent.physical_networks
    assert wanted_physical_networks & mapped, (
        f"{network_node.name}: {l2_agent.spelled(l2_agent.mapping)} does not map "
        f"{', '.join(sorted(wanted_physical_networks))}, the provider:physical_network of the external network. "
        f"Fix: {l2_agent.fix(l2_agent.mapping, f'{min(wanted_physical_networks)}:{l2_agent.device}')}"
    )


@pytest.mark.req("NEU-2")
def test_every_mapped_physical_network_is_known(
    l2_node: Node,
    l2_agent: L2Agent,
    l2_agents: dict[str, L2Agent],
    used_physical_networks: set[str],
    told_physical_networks: set[str],
) -> None:
    """A name mistyped on one node maps a physical network that no network uses and nobody else has."""
    mapped = l2_agent.physical_networks or pytest.skip(f"{l2_node.name} maps no physical network")
    known = used_physical_networks | told_physical_networks - {ANY}
    elsewhere = [agent.physical_networks for agent in l2_agents.values() if agent is not l2_agent]
    unknown = sorted(mapped.difference(known, *elsewhere))
    if unknown and ANY in told_physical_networks and mapped & known:
        pytest.skip(f"{l2_node.name} maps {', '.join(unknown)}, too, of which a network may be made: flat_networks = *")
    assert not unknown, (
        f"{l2_node.name}: {l2_agent.spelled(l2_agent.mapping)}, but no network's provider:physical_network is "
        f"{' or '.join(unknown)}; they are {', '.join(sorted(known)) or 'none'}. "
        f"Fix: {l2_agent.fix(l2_agent.mapping, f'the name in openstack network show, and its {l2_agent.device}')}"
    )


@pytest.mark.req("NEU-3")
def test_tunnels_are_on_on_all_nodes_or_none(l2_agents: dict[str, L2Agent]) -> None:
    """A node without VXLAN (OVN: Geneve) is cut off from the projects' networks."""
    off = [agent for agent in l2_agents.values() if not agent.is_on("tunnels")]
    assert len(off) in {0, len(l2_agents)}, (
        f"{off[0].driver.overlay} is off on {', '.join(agent.node.name for agent in off)} "
        f"({off[0].spelled('tunnels')}), and on on the other nodes. "
        f"Fix: {'; '.join(agent.fix_on('tunnels') for agent in off)}"
    )


@pytest.mark.req("NEU-3")
def test_tunnels_are_on_where_projects_networks_need_them(
    controller_node: Node, ml2: Ml2, l2_agents: dict[str, L2Agent]
) -> None:
    """neutron-server makes projects' networks of VXLAN (OVN: Geneve), so an agent must know it."""
    agents, told = list(l2_agents.values()), ", ".join(ml2.tenant_network_types)
    overlay = agents[0].driver.overlay
    if overlay.lower() not in ml2.tenant_network_types:
        pytest.skip(f"{controller_node.name}: tenant_network_types = {told}, not {overlay}")
    assert any(agent.is_on("tunnels") for agent in agents), (
        f"{controller_node.name}: tenant_network_types = {told}, but {overlay} is off on every node. "
        f"Fix: {'; '.join(agent.fix_on('tunnels') for agent in agents)}"
    )


@pytest.mark.req("NEU-3")
def test_tunnels_are_of_one_type(l2_node: Node, l2_agent: L2Agent, l2_agents: dict[str, L2Agent]) -> None:
    """Of two chassis of OVN each sends with what the other is told: with Geneve to one, with VXLAN back."""
    types = l2_agent.tunnel_types or pytest.skip(f"{l2_node.name}: its agent is told of no type of tunnels")
    others = {name: agent.tunnel_types for name, agent in l2_agents.items() if agent.tunnel_types}
    strange = sorted(name for name, known in others.items() if not known & types)
    assert not strange, (
        f"{l2_node.name}: {l2_agent.spelled('tunnels')}, but {', '.join(strange)} has {', '.join(others[strange[0]])}. "
        f"Fix: have the same on all nodes: {l2_agent.fix_on('tunnels')}"
    )


@pytest.mark.req("NEU-3")
def test_local_ip_is_an_address_of_this_node(
    l2_node: Node, local_ips: list[str], l2_agent: L2Agent, l2_agents: dict[str, L2Agent]
) -> None:
    """A configuration copied from the controller keeps the controller's address."""
    foreign = [address for address in local_ips if address not in l2_node.addresses]
    owners = [agent.node.name for agent in l2_agents.values() if agent.node.addresses.intersection(foreign)]
    assert not foreign, (
        f"{l2_node.name}: {l2_agent.spelled('local IP')} is no address of this node, which has "
        f"{', '.join(sorted(l2_node.addresses))}. It is {' and '.join(owners) or 'no given node'}'s: was it "
        f"copied from there? Fix: {l2_agent.fix('local IP', 'its own address')}"
    )


@pytest.mark.req("NEU-3")
def test_no_two_nodes_share_local_ip(
    l2_node: Node, local_ips: list[str], l2_agent: L2Agent, l2_agents: dict[str, L2Agent]
) -> None:
    """Each tunnel ends at one node."""
    ends = {name: agent.local_ips for name, agent in l2_agents.items() if agent.is_on("tunnels")}
    owners = [name for name, addresses in ends.items() if {*addresses}.intersection(local_ips)]
    assert owners == [l2_node.name], (
        f"{' and '.join(owners)} have the same {l2_agent.spelled('local IP')}. "
        f"Fix: give each its own address, as {l2_agent.fix('local IP', 'its own address')}"
    )


@pytest.mark.req("NEU-3")
def test_l2_population_is_the_same_on_all_agents(l2_agents: dict[str, L2Agent]) -> None:
    """An agent without it does not learn where the others' guests are."""
    found = {name: agent.is_on("L2 population") for name, agent in l2_agents.items() if agent.is_on("tunnels")}
    off = [l2_agents[name] for name, on in found.items() if not on]
    assert len(set(found.values())) <= 1, (
        f"L2 population is off on {', '.join(agent.node.name for agent in off)}, and on on the other nodes. "
        f"Fix: {'; '.join(agent.fix_on('L2 population') for agent in off)}"
    )


@pytest.mark.req("NEU-3")
def test_server_has_l2_population_if_the_agents_have(
    controller_node: Node, ml2: Ml2, l2_agents: dict[str, L2Agent]
) -> None:
    """The mechanism driver l2population tells the agents what they then fill into their tables."""
    found = {agent.is_on("L2 population") for agent in l2_agents.values() if agent.is_on("tunnels")}
    if len(found) != 1:
        pytest.skip("no node has tunnels" if not found else "the agents differ among themselves")
    if not found.pop():
        pytest.skip("L2 population is off on the agents, which then need no word of the server's: they flood")
    assert "l2population" in ml2.mechanism_drivers, (
        f"L2 population is on on the agents, but {controller_node.name} has mechanism_drivers = "
        f"{','.join(ml2.mechanism_drivers)}. Fix: there add l2population to [ml2] mechanism_drivers in {ml2.file}, "
        f"then {to_restart(controller_node)}"
    )


@pytest.mark.req("NEU-3")
def test_datagrams_of_the_other_nodes_tunnels_arrive(
    l2_node: Node, l2_agent: L2Agent, tunnel_report: Report, tunnel_reports: dict[str, Report]
) -> None:
    """VXLAN and Geneve are UDP: a firewall that was opened for TCP alone swallows them."""
    port, unheard = tunnel_report.endpoint.port, tunnel_report.unheard(tunnel_reports)
    told = l2_agent.driver.settings.get("tunnel port")
    to_agree = f"; give all nodes the same {told}" if told else ""
    assert not tunnel_report.failure, (
        f"{l2_node.name} could not take part: {tunnel_report.failure}. Fix: give --sudo, or log in as root"
    )
    assert not unheard, (
        f"{l2_node.name} ({tunnel_report.endpoint.address}) hears nothing at UDP port {port} from {unheard}. "
        f"Fix: on {l2_node.name} iptables -I INPUT -p udp --dport {port} -j ACCEPT, and the same in the file "
        "that restores its rules (firewalld: firewall-cmd --permanent --add-port); on the sender look at iptables -S "
        f"OUTPUT{to_agree}"
    )


@pytest.mark.req("NEU-13")
def test_tunnels_have_room_for_full_size_packets(
    l2_node: Node,
    l2_agent: L2Agent,
    tunnel_interfaces: dict[str, Interface],
    expected_mtu: int,
    restarting: Restarting,
) -> None:
    """A smaller MTU than Neutron was told loses large packets, or linuxbridge makes no tunnel at all."""
    address, interface = min(tunnel_interfaces.items(), key=lambda each: each[1].mtu)
    assert interface.mtu >= expected_mtu, (
        f"{l2_node.name}: {interface.name} with {address} ({l2_agent.spelled('local IP')}) has MTU {interface.mtu}, "
        f"but neutron-server counts on {expected_mtu} bytes between the nodes. Fix: ip link set {interface.name} "
        f"mtu {expected_mtu}, and the same in the interface's configuration and on the switches; or on the controller "
        f"[DEFAULT] global_physnet_mtu and [ml2] path_mtu = {interface.mtu}, then {restarting.of('neutron-server')}"
    )


@pytest.mark.req("NEU-4")
def test_security_groups_are_on(l2_node: Node, l2_agent: L2Agent) -> None:
    """`enable_security_group = true`."""
    assert l2_agent.is_on("security groups"), (
        f"{l2_node.name}: {l2_agent.spelled('security groups')}, so every guest is open to everyone. "
        f"Fix: {l2_agent.fix_on('security groups')}"
    )


@pytest.mark.req("NEU-4")
def test_firewall_driver_enforces(l2_node: Node, l2_agent: L2Agent) -> None:
    """`firewall_driver = …IptablesFirewallDriver`; unset means Noop, which lets everything through."""
    assert l2_agent.filters, (
        f"{l2_node.name}: {l2_agent.spelled('firewall driver')}, which enforces no security group behind "
        f"{l2_agent.service}. Fix: {l2_agent.fix_on('firewall driver')}"
    )


@pytest.mark.req("NEU-5")
def test_bridge_netfilter_is_loaded(compute_node: Node, bridge_netfilter: BridgeNetfilter) -> None:
    """`modprobe br_netfilter` has been done."""
    assert bridge_netfilter.is_loaded, (
        f"{compute_node.name}: br_netfilter is not loaded (no /proc/sys/net/bridge), so no security group filters "
        "bridged packets. Fix: modprobe br_netfilter"
    )


@pytest.mark.req("NEU-5")
@pytest.mark.after_a_reboot
def test_bridge_netfilter_is_loaded_at_boot(compute_node: Node, bridge_netfilter: BridgeNetfilter) -> None:
    """`modprobe` lasts until the next boot, and only newer kernels load it on their own when Neutron needs it."""
    assert bridge_netfilter.loader, (
        f"{compute_node.name}: nothing loads br_netfilter at boot: no file in modules-load.d, nor /etc/modules, nor "
        f"/etc/sysconfig/modules names it. Fix: echo br_netfilter > /etc/modules-load.d/br_netfilter.conf"
    )


@pytest.mark.req("NEU-5")
@sysctls
def test_bridged_packets_pass_through_iptables(
    compute_node: Node, bridge_netfilter: BridgeNetfilter, sysctl: str
) -> None:
    """`sysctl -a | grep bridge-nf-call` shows 1."""
    value = bridge_netfilter.now(sysctl)
    assert value == "1", (
        f"{compute_node.name}: {sysctl} = {value or '(not there: br_netfilter is not loaded)'}, not 1, so bridged "
        f"packets pass security groups by. Fix: modprobe br_netfilter; sysctl -w {sysctl}=1"
    )


@pytest.mark.req("NEU-5")
@pytest.mark.after_a_reboot
@sysctls
def test_bridged_packets_pass_through_iptables_after_a_reboot(
    compute_node: Node, bridge_netfilter: BridgeNetfilter, sysctl: str
) -> None:
    """No file sets it to anything but 1; where none sets it, the kernel's own 1 holds (CentOS 7 has a file with 0)."""
    value, file = bridge_netfilter.at_boot(sysctl)
    assert value in {"", "1"}, (
        f"{compute_node.name}: {file} sets {sysctl} = {value} at the next boot, not 1. "
        f"Fix: echo '{sysctl} = 1' >> /etc/sysctl.d/99-zz-neutron.conf, or take that line out of {file}"
    )


@pytest.mark.req("NEU-17")
def test_ipv6_is_on_where_ip6tables_is_to_filter_it(compute_node: Node, l2_agent: L2Agent, nodes: Nodes) -> None:
    """`net.ipv6.conf.default.disable_ipv6 = 1`: the agent writes no rules for it, and the bridge passes it on."""
    driver = l2_agent.value("firewall driver")
    if not l2_agent.driver.filters_in_iptables(driver):
        pytest.skip(f"{compute_node.name}: firewall_driver = {driver} filters in Open vSwitch, not in ip6tables")
    if not knows_ipv6(compute_node):
        pytest.skip(
            f"{compute_node.name}: its kernel has no IPv6 (ipv6.disable=1), and lets none of it from guest to guest"
        )
    routing = [node for node in routing_nodes(nodes) if has_ipv6(node)]
    if not routing:
        pytest.skip(f"no node with {L3_AGENT} and IPv6 switched on among --hosts={nodes.given}")
    assert has_ipv6(compute_node), (
        f"{compute_node.name}: {SYSCTL} is not 0, as it is on {names_of(routing)}, so {l2_agent.service} writes no "
        "rules of ip6tables, and guests here are open to their neighbours by IPv6. Fix: "
        f"on {compute_node.name} sysctl -w {SYSCTL}=0, and have it so at boot (/etc/sysctl.d), then restart "
        f"{l2_agent.service}"
    )


@pytest.mark.req("NEU-17")
def test_l3_agent_finds_radvd(network_node: Node, node_service_environments: list[ServiceEnvironment]) -> None:
    """`yum install radvd`: the L3 agent runs it for each router that has an IPv6 subnet."""
    needed = [(around, each) for around in node_service_environments for each in around.programs if each.for_ipv6]
    if not needed:
        pytest.skip(f"{network_node.name}: no {L3_AGENT} is there")
    if not has_ipv6(network_node):
        pytest.skip(f"{network_node.name}: IPv6 is switched off ({SYSCTL} is not 0, or not there), so no router has it")
    missing = [words for around, each in needed if (words := lacking(around, each))]
    assert not missing, missing[0]


@pytest.mark.req("NEU-6")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
def test_l2_agent_starts_at_boot(l2_node: Node, l2_agent: L2Agent) -> None:
    """`systemctl enable neutron-linuxbridge-agent` has been done."""
    unit = l2_node.unit(l2_agent.service)
    assert unit.starts_at_boot, unit.not_at_boot


@pytest.mark.req("NEU-6")
@pytest.mark.unit_state
def test_l2_agent_runs(l2_node: Node, l2_agent: L2Agent) -> None:
    """`systemctl start neutron-linuxbridge-agent` has been done."""
    unit = l2_node.unit(l2_agent.service)
    assert unit.is_ready, unit.not_running


@pytest.mark.req("NEU-6")
@pytest.mark.waits
def test_l2_agent_is_not_restarting_in_a_loop(l2_node: Node, l2_agent: L2Agent, deadlines: Deadlines) -> None:
    """An agent that cannot bear its configuration ends, and systemd starts it again, for ever."""
    wait_until_settled(lambda: l2_node.unit(l2_agent.service), deadlines.unit_settled)


@pytest.mark.req("NEU-6")
@pytest.mark.after_a_reboot
@each_part_of_open_vswitch
def test_open_vswitch_starts_at_boot(l2_node: Node, open_vswitch: Unit) -> None:
    """`systemctl enable openvswitch-switch` (RDO: openvswitch) has been done; ovs-vswitchd has no switch of its own."""
    assert open_vswitch.starts_at_boot, open_vswitch.not_at_boot


@pytest.mark.req("NEU-6")
@each_part_of_open_vswitch
def test_open_vswitch_runs(l2_node: Node, open_vswitch: Unit) -> None:
    """Without ovs-vswitchd the agent has nobody to tell where packets go, without its database no bridge is known."""
    assert open_vswitch.is_ready, open_vswitch.not_running


@pytest.mark.req("NEU-6")
@pytest.mark.parametrize("service", [SWITCH])
def test_open_vswitch_database_answers(l2_node: Node, open_vswitch: Unit, service: str) -> None:
    """`ovs-vsctl show` says something: without its database Open vSwitch and OVN's controller know of no bridge."""
    there, answer = l2_node.service(service), database_answer(l2_node)
    restart = f"systemctl restart ovsdb-server (kolla: the container openvswitch_db), then {there.restart}"
    assert answer.succeeded, (
        f"{l2_node.name}: Open vSwitch's database does not answer: {last_line(answer.stderr)}. "
        f"Fix: {to_be_told(answer.stderr, restart)}; read {there.to_see_why}"
    )


@pytest.mark.req("SVC-6")
def test_agents_plug_as_the_layer_2_agent_of_the_node_does(
    network_node: Node,
    l2_agent: L2Agent,
    node_service_environments: list[ServiceEnvironment],
    subtests: pytest.Subtests,
) -> None:
    """`interface_driver = linuxbridge`: that of another guide plugs the routers' ports into nothing."""
    plugging = [around for around in node_service_environments if around.name in PLUGGING]
    if not plugging:
        pytest.skip(f"{network_node.name}: no L3 or DHCP agent is there")
    for around in plugging:
        with subtests.test(around.name):
            wrong = other_interface_driver(around, l2_agent.driver.agent)
            assert not wrong, wrong


@pytest.mark.req("SVC-6")
def test_projects_networks_are_of_types_that_there_are(controller_node: Node, ml2: Ml2) -> None:
    """`type_drivers = flat,vlan,vxlan`: what tenant_network_types names must be among them."""
    told, unknown = ", ".join(ml2.tenant_network_types), ", ".join(ml2.types_without_driver)
    assert not unknown, (
        f"{controller_node.name}: [ml2] {ml2.types_option} = {told} ({ml2.config.origin(ml2.types_option, 'ml2')}), "
        f"but type_drivers leaves out {unknown}. Fix: add {unknown} to [ml2] type_drivers in "
        f"{ml2.config.origin('type_drivers', 'ml2')}, then {to_restart(controller_node)}"
    )


@pytest.mark.req("SVC-6")
def test_projects_networks_have_ids_to_take(controller_node: Node, ml2: Ml2) -> None:
    """`vni_ranges = 1:1000`: without it `openstack network create` ends in `No tenant network is available`."""
    kinds = [kind for kind in ml2.tenant_network_types if kind in RANGES]
    wanted = " or ".join(f"[{RANGES[kind][0]}] {RANGES[kind][1]}" for kind in kinds)
    example = "provider:100:200" if kinds[:1] == ["vlan"] else "1:1000"
    assert not ml2.lacks_ranges, (
        f"{controller_node.name}: [ml2] {ml2.types_option} = {', '.join(kinds)} "
        f"({ml2.config.origin(ml2.types_option, 'ml2')}), and no file sets {wanted}, so there is no ID for a project's "
        f"network. Fix: set {wanted} = {example} in {ml2.file}, then {to_restart(controller_node)}"
    )


@pytest.mark.req("NEU-16")
def test_metadata_agent_has_novas_secret(
    l2_node: Node, metadata_secret: MetadataSecret, nova_metadata_secrets: list[MetadataSecret]
) -> None:
    """`metadata_proxy_shared_secret` of the agent's ini is that of nova.conf: Nova refuses whoever has another."""
    novas, is_known = nova_metadata_secrets[0], metadata_secret.is_among(nova_metadata_secrets)
    assert is_known, (
        f"{l2_node.name}: {metadata_secret.place} is not {novas.place} of {novas.node}, so Nova refuses what the agent "
        f"asks, and guests get neither key nor name. Fix: write the secret of {novas.node} there, then "
        f"{metadata_secret.to_restart}"
    )
