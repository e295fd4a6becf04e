import pytest
from openstack.compute.v2.server import Server
from openstack.network.v2.floating_ip import FloatingIP
from openstack.network.v2.network import Network
from openstack.network.v2.port import Port
from openstack.network.v2.router import Router
from openstack.network.v2.security_group import SecurityGroup
from openstack.network.v2.subnet import Subnet

from fixtures.compute.server import fixed_ip
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import Proven
from fixtures.core.waiting import wait_for
from fixtures.guest.listening import listening_ports
from fixtures.network.drivers.driver import Driver
from fixtures.network.northbound import DROP_GROUP, INWARD, OUTWARD, REPAIR, Northbound, group_name
from fixtures.network.ovn_server import OvnServer
from fixtures.nodes.namespaces import Namespace
from fixtures.nodes.node import Node

HTTP = 80


@pytest.mark.req("NEU-4")
def test_guests_port_is_in_the_groups_that_close_and_open_it(
    northbound: Northbound, server_port: Port, security_group: SecurityGroup, deadlines: Deadlines
) -> None:
    """neutron_pg_drop drops all that no group lets through; pg_… is the guest's security group."""
    wanted = [DROP_GROUP, group_name(security_group.id)]
    wait_for(
        f"{northbound}: port {server_port.id} to be in the port groups {' and '.join(wanted)}; missing",
        probe=lambda: northbound.groups_without(server_port.id, wanted),
        until=lambda missing: not missing,
        deadline=deadlines.rules_applied,
        fix=Proven(f"openstack port show {server_port.id} -c port_security_enabled -c security_group_ids; {REPAIR}"),
    )


@pytest.mark.req("NEU-4")
@pytest.mark.proves_cause
def test_what_no_rule_lets_through_is_dropped(northbound: Northbound) -> None:
    """`ovn-nbctl --type=port-group acl-list neutron_pg_drop` has an ACL that drops in each direction."""
    dropped = {str(acl["direction"]) for acl in northbound.acls_in(DROP_GROUP) if acl.get("action") == "drop"}
    assert {INWARD, OUTWARD} <= dropped, (
        f"{northbound}: {DROP_GROUP} drops {', '.join(sorted(dropped)) or 'nothing'}, expected {INWARD} and {OUTWARD}, "
        f"so a guest is open to everyone. Fix: restart neutron-server, which makes both; {REPAIR}"
    )


@pytest.mark.req("NEU-10")
def test_router_is_in_ovns_database(router: Router, northbound: Northbound, deadlines: Deadlines) -> None:
    """`ovn-nbctl lr-list` shows neutron-ROUTER."""
    wait_for(
        f"{northbound}: the router neutron-{router.id} to be there",
        probe=lambda: northbound.router(router.id) is not None,
        until=bool,
        deadline=deadlines.nat_rules,
        fix=Proven(REPAIR),
    )


@pytest.mark.req("NEU-10")
def test_what_leaves_gets_the_routers_external_address_from_ovn(
    router: Router, subnet: Subnet, northbound: Northbound, snat_addresses: set[str], deadlines: Deadlines
) -> None:
    """`ovn-nbctl lr-nat-list`: snat of the subnet's range to the router's external address."""
    wait_for(
        f"{northbound}: neutron-{router.id}: snat of {subnet.cidr} to {' or '.join(sorted(snat_addresses))}",
        probe=lambda: northbound.nat(router.id),
        until=lambda rules: any(
            each.kind == "snat" and each.external in snat_addresses and each.covers(subnet.cidr) for each in rules
        ),
        deadline=deadlines.nat_rules,
        fix=Proven(REPAIR),
    )


@pytest.mark.req("NEU-10")
@pytest.mark.parametrize("way", ["dnat", "snat"])
def test_floating_ip_stands_for_the_fixed_address(
    server: Server, floating_ip: FloatingIP, router: Router, northbound: Northbound, way: str, deadlines: Deadlines
) -> None:
    """`ovn-nbctl lr-nat-list`: dnat_and_snat, from the floating IP inward and from the fixed address outward."""
    outside, inside = str(floating_ip.floating_ip_address), fixed_ip(server)
    wait_for(
        f"{northbound}: neutron-{router.id}: {way} between {outside} and {inside}",
        probe=lambda: northbound.nat(router.id),
        until=lambda rules: any(
            way in each.kind and (each.external, each.logical) == (outside, inside) for each in rules
        ),
        deadline=deadlines.nat_rules,
        fix=Proven(REPAIR),
    )


@pytest.mark.req("NEU-15")
def test_floating_ip_is_served_where_its_guest_is(
    floating_ip: FloatingIP,
    server_port: Port,
    router: Router,
    ovn_servers: list[OvnServer],
    northbound: Northbound,
    deadlines: Deadlines,
) -> None:
    """`ovn-nbctl lr-nat-list`: EXTERNAL_MAC and LOGICAL_PORT are set, so the port's own chassis answers for it."""
    if not ovn_servers[0].distributes_floating_ips:
        pytest.skip(f"{ovn_servers[0].node.name}: [ovn] enable_distributed_floating_ip is off")
    wait_for(
        f"{northbound}: the NAT of {floating_ip.floating_ip_address} to be done where port {server_port.id} is bound",
        probe=lambda: northbound.nat(router.id),
        until=lambda rules: any(
            each.is_distributed and (each.external, each.port) == (floating_ip.floating_ip_address, server_port.id)
            for each in rules
        ),
        deadline=deadlines.nat_rules,
        fix=Proven(
            f"{ovn_servers[0].fix('ovn', 'enable_distributed_floating_ip', 'true')} on every controller; {REPAIR}"
        ),
    )


@pytest.mark.req("NEU-16")
def test_metadata_is_served_on_the_guests_own_node(
    server_node: Node, network: Network, northbound: Northbound, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`ip netns exec ovnmeta-… ss -ltn` on the guest's node: the metadata agent's proxy listens at port 80."""
    place = Namespace(server_node, f"ovnmeta-{network.id}")
    wait_for(
        f"something to listen at port {HTTP} in {place}, where the guest runs; what listens there",
        probe=lambda: listening_ports(place) if place.exists else "no such namespace",
        until=lambda found: isinstance(found, set) and HTTP in found,
        deadline=deadlines.nat_rules,
        fix=Proven(f"{network_driver.fixes.metadata}; read its log, and that of its haproxy"),
    )
