import re

import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.network.v2.floating_ip import FloatingIP
from openstack.network.v2.network import Network
from openstack.network.v2.port import Port
from openstack.network.v2.router import Router
from openstack.network.v2.subnet import Subnet

from fixtures.compute.console import read_console
from fixtures.compute.local_key import LocalKey
from fixtures.compute.server import fixed_ip
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import Proven
from fixtures.core.waiting import wait_for
from fixtures.guest.dhcpv6_guest import Dhcpv6Guest
from fixtures.guest.full_size import wait_until_full_size_passes
from fixtures.guest.guest import Guest
from fixtures.guest.ingress_without_rules import LetIn
from fixtures.guest.ipv6_guest import Ipv6Guest
from fixtures.guest.ipv6_ingress import Ipv6Ingress
from fixtures.guest.ipv6_view import ipv6_of
from fixtures.guest.metadata import PUBLIC_KEY, UUID, told_by_metadata
from fixtures.guest.moved_floating_ip import wait_until_it_leads_to
from fixtures.guest.neighbour import wait_until_reached
from fixtures.guest.removed_floating_ip import wait_until_it_leads_nowhere
from fixtures.guest.router_namespaces import nat_of
from fixtures.guest.spoofed_address import arrivals
from fixtures.guest.ssh_routes import WayIn, address_on
from fixtures.network.drivers.driver import Driver
from fixtures.network.eui64 import eui64_address, link_local_address
from fixtures.network.ipv6_subnet import addresses_in
from fixtures.nodes.namespaces import Namespace
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("NEU-10")
def test_router_has_its_namespace(
    router_namespace_with_gateway: Namespace, restarting: Restarting, deadlines: Deadlines
) -> None:
    """`ip netns list` on the node that hosts the router."""
    wait_for(
        f"namespace {router_namespace_with_gateway} to be there",
        probe=lambda: router_namespace_with_gateway.exists,
        until=bool,
        deadline=deadlines.nat_rules,
        fix=lambda _: _all_anew(router_namespace_with_gateway, restarting),
    )


@pytest.mark.req("NEU-10")
def test_what_leaves_gets_the_routers_external_address(
    router_namespace_with_gateway: Namespace,
    snat_addresses: set[str],
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """`iptables -t nat -L`: SNAT to the router's external address."""
    wait_for(
        f"{router_namespace_with_gateway}: SNAT of what leaves to {' or '.join(sorted(snat_addresses))}",
        probe=lambda: nat_of(router_namespace_with_gateway).outward,
        until=lambda found: bool(found & {*snat_addresses, "MASQUERADE"}),
        deadline=deadlines.nat_rules,
        fix=lambda _: _all_anew(router_namespace_with_gateway, restarting),
    )


@pytest.mark.req("NEU-10")
def test_floating_ip_leads_in_to_the_fixed_address(
    server: Server,
    floating_ip: FloatingIP,
    router_namespace_with_floating_ip: Namespace,
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """`iptables -t nat -L`: DNAT in PREROUTING, which what comes from outside meets."""
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{router_namespace_with_floating_ip}: DNAT from {outside} to {inside} in PREROUTING",
        probe=lambda: nat_of(router_namespace_with_floating_ip).destinations("PREROUTING"),
        until=lambda found: found.get(outside) == inside,
        deadline=deadlines.nat_rules,
        fix=lambda _: _all_anew(router_namespace_with_floating_ip, restarting),
    )


@pytest.mark.req("NEU-10")
def test_floating_ip_leads_in_from_the_namespace_too(
    server: Server,
    floating_ip: FloatingIP,
    router_namespace_with_floating_ip: Namespace,
    router_is_distributed: bool,
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """`ip netns exec qrouter-… ssh cirros@FLOATING-IP` meets OUTPUT, not PREROUTING."""
    if router_is_distributed:
        pytest.skip("a distributed router translates nothing that comes from its own namespace")
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{router_namespace_with_floating_ip}: DNAT from {outside} to {inside} in OUTPUT",
        probe=lambda: nat_of(router_namespace_with_floating_ip).destinations("OUTPUT"),
        until=lambda found: found.get(outside) == inside,
        deadline=deadlines.nat_rules,
        fix=lambda _: _all_anew(router_namespace_with_floating_ip, restarting),
    )


@pytest.mark.req("NEU-10")
def test_guest_leaves_under_its_floating_ip(
    server: Server,
    floating_ip: FloatingIP,
    router_namespace_with_floating_ip: Namespace,
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """`iptables -t nat -L`: SNAT from the fixed address to the floating IP."""
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{router_namespace_with_floating_ip}: SNAT from {inside} to {outside}",
        probe=lambda: nat_of(router_namespace_with_floating_ip).sources,
        until=lambda found: found.get(inside) == outside,
        deadline=deadlines.nat_rules,
        fix=lambda _: _all_anew(router_namespace_with_floating_ip, restarting),
    )


@pytest.mark.req("NEU-15")
def test_distributed_router_is_on_the_guests_own_node(
    distributed_router_namespace: Namespace, restarting: Restarting, deadlines: Deadlines
) -> None:
    """With DVR each compute node routes for its guests."""
    wait_for(
        f"namespace {distributed_router_namespace}, where the guest runs, to be there",
        probe=lambda: distributed_router_namespace.exists,
        until=bool,
        deadline=deadlines.nat_rules,
        fix=lambda _: Proven(
            f"on {distributed_router_namespace.node.name} set agent_mode = dvr in l3_agent.ini; "
            f"{_all_anew(distributed_router_namespace, restarting)}"
        ),
    )


@pytest.mark.req("NEU-15")
def test_floating_ip_is_served_on_the_guests_own_node(
    distributed_router_namespace: Namespace,
    external_network: Network,
    floating_ip: FloatingIP,
    restarting: Restarting,
    deadlines: Deadlines,
) -> None:
    """With DVR each compute node has a leg in the external network, and a route to its guests' floating IPs."""
    served = Namespace(distributed_router_namespace.node, f"fip-{external_network.id}")
    wait_for(
        f"{served}: a route to {floating_ip.floating_ip_address}",
        probe=lambda: str(served.run("ip route").stdout).split(),
        until=lambda words: floating_ip.floating_ip_address in words,
        deadline=deadlines.nat_rules,
        fix=lambda _: Proven(
            f"on {served.node.name} map the external network (NEU-2); {_all_anew(served, restarting)}"
        ),
    )


@pytest.mark.req("NEU-8")
@pytest.mark.proves_cause
def test_guest_has_the_address_of_its_port(guest: Guest, server: Server, network_driver: Driver) -> None:
    """DHCP gave the guest the address that Neutron chose for it."""
    expected = fixed_ip(server)
    assert expected in guest.addresses, (
        f"the guest has {sorted(guest.addresses)}, Neutron gave it {expected}. Fix: {network_driver.fixes.addresses}"
    )


@pytest.mark.req("NEU-8")
@pytest.mark.proves_cause
def test_guest_has_the_gateway_of_its_subnet(guest: Guest, subnet: Subnet) -> None:
    """DHCP gave the guest the subnet's gateway."""
    assert guest.default_gateway == subnet.gateway_ip, (
        f"the guest's default route goes to {guest.default_gateway}, the subnet says {subnet.gateway_ip}. "
        "Fix: openstack subnet set --gateway; then renew the guest's lease"
    )


@pytest.mark.req("NEU-8")
@pytest.mark.proves_cause
def test_guest_has_the_name_server_of_its_subnet(guest: Guest, subnet: Subnet) -> None:
    """DHCP gave the guest the subnet's name server."""
    assert set(subnet.dns_nameservers) <= guest.name_servers, (
        f"the guest asks {sorted(guest.name_servers)}, the subnet says {subnet.dns_nameservers}. "
        "Fix: openstack subnet set --dns-nameserver; then renew the guest's lease"
    )


@pytest.mark.req("NEU-11")
def test_ping_passes(way_in: WayIn, floating_ip: FloatingIP, network_driver: Driver, deadlines: Deadlines) -> None:
    """`security group rule create --proto icmp` lets ping in."""
    address = address_on(way_in, floating_ip)
    wait_for(
        f"an answer to ping {way_in} to {address}",
        probe=lambda: way_in.pings(address),
        until=bool,
        deadline=deadlines.ping,
        fix=Proven(f"openstack security group rule list; {network_driver.fixes.agent}"),  # SSH does pass
    )


@pytest.mark.req("NEU-11")
def test_ssh_port_opens(way_in: WayIn, floating_ip: FloatingIP, deadlines: Deadlines) -> None:
    """`security group rule create --proto tcp --dst-port 22` lets SSH in."""
    address = address_on(way_in, floating_ip)
    wait_for(
        f"port 22 of {address} to open {way_in}",
        probe=lambda: way_in.opens(address, 22),
        until=bool,
        deadline=deadlines.ping,
        fix="openstack security group rule list",
    )


@pytest.mark.req("NEU-11")
@pytest.mark.proves_cause
def test_ping_is_refused_without_rules(
    ingress_without_rules: LetIn, other_floating_ip: FloatingIP, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Without `security group rule create --proto icmp` no ping gets in; a cloud that enforces nothing lets it."""
    assert not ingress_without_rules.ping, (
        f"{deadlines.rules_applied:g} s after its port was put in a group without rules, the guest at "
        f"{other_floating_ip.floating_ip_address} still answers ping, expected none. "
        f"Fix: {network_driver.fixes.enforce}"
    )


@pytest.mark.req("NEU-11")
@pytest.mark.proves_cause
def test_ssh_port_is_refused_without_rules(
    ingress_without_rules: LetIn, other_floating_ip: FloatingIP, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Without `security group rule create --proto tcp --dst-port 22` no SSH gets in."""
    assert not ingress_without_rules.ssh, (
        f"{deadlines.rules_applied:g} s after its port was put in a group without rules, port 22 of the guest at "
        f"{other_floating_ip.floating_ip_address} still opens, expected it closed. Fix: {network_driver.fixes.enforce}"
    )


@pytest.mark.req("NEU-11")
@pytest.mark.proves_cause
def test_spoofed_address_does_not_leave_the_guest(
    guest: Guest,
    other_guest: Guest,
    server: Server,
    other_server: Server,
    spoofed_address: str,
    network_driver: Driver,
    deadlines: Deadlines,
) -> None:
    """The guest's node lets out only what comes from the address that Neutron gave."""
    own, target = fixed_ip(server), fixed_ip(other_server)
    wait_for(
        f"pings from {own} to arrive at {target}, which is in the same network",
        probe=lambda: arrivals(guest, other_guest, target, source=own),
        until=bool,
        deadline=deadlines.ping,
        fix="see NEU-13",
    )
    arrived = arrivals(guest, other_guest, target, source=spoofed_address)
    assert not arrived, (
        f"{arrived} of 3 pings that the guest with {own} sent as {spoofed_address} arrived at {target}, expected none. "
        f"Fix: openstack port show -c port_security_enabled; {network_driver.fixes.enforce}"
    )


@pytest.mark.req("NEU-12")
@pytest.mark.proves_cause
@pytest.mark.usefixtures("outside_way_in")
def test_floating_ip_leads_to_the_guest(
    guest: Guest, server: Server, floating_ip: FloatingIP, network_driver: Driver
) -> None:
    """`ssh cirros@FLOATING-IP` ends in the server that holds the address."""
    assert fixed_ip(server) in guest.addresses, (
        f"{floating_ip.floating_ip_address} leads to a guest with {sorted(guest.addresses)}, not to "
        f"{fixed_ip(server)}. Fix: {network_driver.fixes.nat.format(router=floating_ip.router_id)}"
    )


@pytest.mark.req("NEU-12")
@pytest.mark.usefixtures("moved_floating_ip")
def test_moved_floating_ip_leads_to_the_other_guest(
    guest: Guest, other_server: Server, network_driver: Driver, deadlines: Deadlines
) -> None:
    """After `server remove floating ip` and `server add floating ip` the same login ends in the other server."""
    wait_until_it_leads_to(guest, other_server, network_driver, deadlines)


@pytest.mark.req("NEU-12")
def test_removed_floating_ip_leads_nowhere(
    removed_floating_ip: FloatingIP, outside_way_in: WayIn, network_driver: Driver, deadlines: Deadlines
) -> None:
    """After `server remove floating ip` nobody answers at the address."""
    wait_until_it_leads_nowhere(removed_floating_ip, outside_way_in, network_driver, deadlines)


@pytest.mark.req("NEU-13")
def test_guest_reaches_another_guest_of_its_network(
    guest: Guest, other_booted_server: Server, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Two servers on one network reach each other."""
    wait_until_reached(guest, other_booted_server, network_driver, deadlines)


@pytest.mark.req("NEU-13")
def test_full_size_packets_reach_another_guest(
    guest: Guest, other_booted_server: Server, full_size: int, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Packets as large as the network's MTU pass from one server to the other."""
    wait_until_full_size_passes(guest, fixed_ip(other_booted_server), full_size, network_driver, deadlines)


@pytest.mark.req("NEU-13")
def test_full_size_packets_reach_the_router(
    guest: Guest, full_size_target: str, full_size: int, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Packets as large as the network's MTU pass to the network node, through a tunnel where that is another node."""
    wait_until_full_size_passes(guest, full_size_target, full_size, network_driver, deadlines)


@pytest.mark.req("NEU-13")
def test_full_size_packets_reach_a_guest_on_another_node(
    far_server: Server, guest: Guest, full_size: int, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Packets as large as the network's MTU pass through a tunnel from one compute node to another."""
    wait_until_full_size_passes(guest, fixed_ip(far_server), full_size, network_driver, deadlines)


@pytest.mark.req("NEU-13")
@pytest.mark.proves_cause
def test_guest_does_not_reach_another_network(guest: Guest, foreign_address: str, network_driver: Driver) -> None:
    """No router leads to a network that was added to none."""
    assert not guest.pings(foreign_address, tries=3), (
        f"the guest's ping to {foreign_address}, in a network without a router, was answered, expected "
        f"none. Fix: {network_driver.fixes.isolation}"
    )


@pytest.mark.req("NEU-13")
@pytest.mark.proves_cause
def test_overlapping_networks_do_not_meet(
    guest: Guest, overlapping_foreign_address: str, network_driver: Driver
) -> None:
    """Two projects may use the same range: each network has its own number, and its own bridge on each node."""
    assert not guest.pings(overlapping_foreign_address, tries=3), (
        f"the guest's ping to {overlapping_foreign_address}, which only another network of the same "
        "range has, was answered, expected none. Fix: openstack network show -c provider:segmentation_id of both; "
        f"{network_driver.fixes.isolation}"
    )


@pytest.mark.req("NEU-14")
def test_guest_without_floating_ip_reaches_outward(
    unaddressed_guest: Guest,
    external_network_gateway: str,
    router: Router,
    network_driver: Driver,
    deadlines: Deadlines,
) -> None:
    """The router lends its own external address to whoever has none (SNAT)."""
    wait_for(
        f"an answer from {external_network_gateway}, the external network's gateway, to the ping of a guest "
        "without floating IP",
        probe=lambda: unaddressed_guest.pings(external_network_gateway),
        until=bool,
        deadline=deadlines.ping,
        fix=Proven(
            "openstack router show -c external_gateway_info: enable_snat must be true; "
            f"{network_driver.fixes.nat.format(router=router.id)}, and ping the gateway from that node too"
        ),
    )


@pytest.mark.req("NEU-16")
def test_guest_is_named_after_its_server(cloud: Connection, booted_server: Server, network_driver: Driver) -> None:
    """The guest asks 169.254.169.254 for its name; the console tells it also where nobody can log in."""
    names = {name.partition(".")[0] for name in re.findall(r"(\S+) login:", read_console(cloud, booted_server))}
    assert booted_server.name in names, (
        f"the console's login prompt is that of {', '.join(sorted(names)) or 'nobody'}, expected {booted_server.name}. "
        f"Fix: {network_driver.fixes.metadata}; on the controller, nova-api-metadata; metadata_proxy_shared_secret "
        "must be the same in the metadata agent's ini and in nova.conf's [neutron]"
    )


@pytest.mark.req("NEU-16")
@pytest.mark.proves_cause
def test_metadata_service_knows_the_server(
    guest: Guest, server: Server, network_driver: Driver, deadlines: Deadlines
) -> None:
    """Neutron's metadata agent tells Nova who asks, by the address and the network of the question."""
    told = told_by_metadata(guest, "openstack/latest/meta_data.json", UUID, deadlines)
    assert server.id in told, (
        f"169.254.169.254 tells the guest {told or 'nothing'}, expected the uuid {server.id}. Fix: "
        f"{network_driver.fixes.metadata}; read its log (nova_metadata_host, metadata_proxy_shared_secret) and "
        "nova-api-metadata's"
    )


@pytest.mark.req("NEU-16")
@pytest.mark.proves_cause
def test_metadata_service_gives_the_key(guest: Guest, local_key: LocalKey, deadlines: Deadlines) -> None:
    """The guest gets the key pair's public half from 169.254.169.254."""
    told = told_by_metadata(guest, "latest/meta-data/public-keys/0/openssh-key", PUBLIC_KEY, deadlines)
    assert local_key.public_text in told, (
        f"169.254.169.254 gives the guest the key {told or '(none)'}, expected {local_key.public_text}. "
        "Fix: openstack server show -c key_name; read nova-api-metadata's log"
    )


@pytest.mark.req("NEU-17")
@pytest.mark.proves_cause
def test_port_has_the_ipv6_address_of_its_mac_address(
    cloud: Connection, server_port: Port, ipv6_subnet: Subnet
) -> None:
    """`--ipv6-address-mode slaac`: Neutron knows which address the guest is going to make itself (EUI-64)."""
    port = cloud.network.get_port(server_port.id)
    held, expected = addresses_in(ipv6_subnet, port), eui64_address(str(ipv6_subnet.cidr), str(port.mac_address))
    assert held == [expected], (
        f"port {port.id} with {port.mac_address} has {held or 'no address'} in {ipv6_subnet.cidr}, expected {expected}"
        ". Fix: openstack subnet show -c ipv6_address_mode must say slaac; read neutron-server's log"
    )


@pytest.mark.req("NEU-17")
def test_guest_has_the_ipv6_address_of_its_port(ipv6_guest: Ipv6Guest, network_driver: Driver) -> None:
    """The router advertised the subnet, and the guest made itself the address that Neutron lets it use."""
    held = ipv6_of(ipv6_guest.guest).addresses
    assert ipv6_guest.address in held, (
        f"the guest has {', '.join(sorted(held)) or 'no IPv6 address'}, and no longer {ipv6_guest.address}, which "
        f"Neutron gave its port. Fix: {network_driver.fixes.agent}"
    )


@pytest.mark.req("NEU-17")
def test_guest_is_given_its_ports_ipv6_address_by_dhcpv6(dhcpv6_guest: Dhcpv6Guest, network_driver: Driver) -> None:
    """`--ipv6-address-mode dhcpv6-stateful`: the guest asks, and the DHCP server has the address of its port."""
    assert dhcpv6_guest.address in dhcpv6_guest.held, (
        f"the guest has {', '.join(sorted(dhcpv6_guest.held))}, expected {dhcpv6_guest.address}, which Neutron chose "
        f"for its port. Fix: {network_driver.fixes.addresses}"
    )


@pytest.mark.req("NEU-17")
def test_guest_has_the_router_for_its_ipv6_gateway(
    ipv6_guest: Ipv6Guest, ipv6_router_port: Port, network_driver: Driver, deadlines: Deadlines
) -> None:
    """A router advertises itself by the address of its link, which is that of its MAC address."""
    expected = link_local_address(str(ipv6_router_port.mac_address))
    wait_for(
        f"the guest's IPv6 default route to go to {expected}, the router with {ipv6_router_port.mac_address}",
        probe=lambda: sorted(ipv6_of(ipv6_guest.guest).gateways),
        until=lambda gateways: expected in gateways,
        deadline=deadlines.ping,
        fix=network_driver.fixes.advertisements.format(router=ipv6_router_port.device_id),
    )


@pytest.mark.req("NEU-17")
def test_guest_reaches_its_router_over_ipv6(
    ipv6_guest: Ipv6Guest, ipv6_subnet: Subnet, ipv6_ingress: Ipv6Ingress, network_driver: Driver
) -> None:
    """`ping6` to the subnet's gateway, while the group has a rule that lets ping in."""
    assert ipv6_ingress.from_router, (
        f"no answer from {ipv6_subnet.gateway_ip}, the IPv6 subnet's gateway, to the pings of the guest's "
        f"{ipv6_guest.address}. Fix: {network_driver.fixes.routing}; {network_driver.fixes.agent}"
    )


@pytest.mark.req("NEU-17")
@pytest.mark.proves_cause
def test_ping_over_ipv6_passes_with_a_rule(ipv6_ingress: Ipv6Ingress, network_driver: Driver) -> None:
    """`security group rule create --ethertype IPv6 --protocol ipv6-icmp` lets ping in from another guest."""
    assert ipv6_ingress.with_rule, (
        "no ping gets from one guest to the IPv6 address of another although their security group has a rule for it "
        "(ethertype IPv6, ipv6-icmp). "
        f"Fix: ip6tables-save on the guest's node must have the rule; {network_driver.fixes.agent}"
    )


@pytest.mark.req("NEU-17")
@pytest.mark.proves_cause
def test_ping_over_ipv6_is_refused_without_a_rule(
    ipv6_ingress: Ipv6Ingress, network_driver: Driver, deadlines: Deadlines
) -> None:
    """The rules of `--ethertype IPv4`, the default, let nothing in by IPv6; a cloud that filters IPv4 alone does."""
    if not ipv6_ingress.with_rule:
        pytest.skip("no ping passed with a rule either, so its absence would prove nothing")
    if ipv6_ingress.why_never_refused:
        pytest.skip(ipv6_ingress.why_never_refused)
    assert not ipv6_ingress.without_rule, (
        f"{deadlines.rules_applied:g} s after their security group lost its rule for ping over IPv6, a guest still "
        f"answers another's, expected no answer. Fix: {network_driver.fixes.enforce}; where iptables filters, sysctl "
        "net.bridge.bridge-nf-call-ip6tables must be 1 and net.ipv6.conf.default.disable_ipv6 0 on the guest's node"
    )


def _all_anew(namespace: Namespace, restarting: Restarting) -> Proven:
    """What an L3 agent lacks there, it writes when it starts."""
    return Proven(f"{restarting.of('neutron-l3-agent', namespace.node.hostname)}: it writes all rules anew")
