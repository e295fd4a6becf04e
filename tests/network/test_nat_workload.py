import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.network.v2.floating_ip import FloatingIP
from openstack.network.v2.network import Network
from openstack.network.v2.router import Router

from fixtures.compute.server import fixed_ip
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import wait_for
from fixtures.guest.router_namespaces import nat_of
from fixtures.nodes.namespaces import Namespace

MEND = "systemctl restart neutron-l3-agent there, which writes all rules anew, and read its log"


@pytest.mark.req("NEU-10")
def test_router_has_its_namespace(gateway_place: Namespace, deadlines: Deadlines) -> None:
    """`ip netns list` on the node that hosts the router."""
    wait_for(
        f"namespace {gateway_place} to be there",
        probe=lambda: gateway_place.exists,
        until=bool,
        deadline=deadlines.nat_rules,
        fix=MEND,
    )


@pytest.mark.req("NEU-10")
def test_what_leaves_gets_the_routers_external_address(
    cloud: Connection, router: Router, gateway_place: Namespace, deadlines: Deadlines
) -> None:
    """`iptables -t nat -L`: SNAT to the router's external address."""
    gateway = cloud.network.get_router(router.id).external_gateway_info or {}
    if not gateway.get("enable_snat", True):
        pytest.skip(f"router {router.id} has SNAT switched off")
    addresses = {fixed["ip_address"] for fixed in gateway.get("external_fixed_ips", [])}
    wait_for(
        f"{gateway_place}: SNAT of what leaves to {' or '.join(sorted(addresses))}",
        probe=lambda: nat_of(gateway_place).outward,
        until=lambda found: bool(found & {*addresses, "MASQUERADE"}),
        deadline=deadlines.nat_rules,
        fix=MEND,
    )


@pytest.mark.req("NEU-10")
def test_floating_ip_leads_in_to_the_fixed_address(
    server: Server, floating_ip: FloatingIP, floating_place: Namespace, deadlines: Deadlines
) -> None:
    """`iptables -t nat -L`: DNAT in PREROUTING, which what comes from outside meets."""
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{floating_place}: DNAT from {outside} to {inside} in PREROUTING",
        probe=lambda: nat_of(floating_place).destinations("PREROUTING"),
        until=lambda found: found.get(outside) == inside,
        deadline=deadlines.nat_rules,
        fix=MEND,
    )


@pytest.mark.req("NEU-10")
def test_floating_ip_leads_in_from_the_namespace_too(
    server: Server,
    floating_ip: FloatingIP,
    floating_place: Namespace,
    router_is_distributed: bool,
    deadlines: Deadlines,
) -> None:
    """`ip netns exec qrouter-… ssh cirros@FLOATING-IP` meets OUTPUT, not PREROUTING."""
    if router_is_distributed:
        pytest.skip("a distributed router translates nothing that comes from its own namespace")
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{floating_place}: DNAT from {outside} to {inside} in OUTPUT",
        probe=lambda: nat_of(floating_place).destinations("OUTPUT"),
        until=lambda found: found.get(outside) == inside,
        deadline=deadlines.nat_rules,
        fix=MEND,
    )


@pytest.mark.req("NEU-10")
def test_guest_leaves_under_its_floating_ip(
    server: Server, floating_ip: FloatingIP, floating_place: Namespace, deadlines: Deadlines
) -> None:
    """`iptables -t nat -L`: SNAT from the fixed address to the floating IP."""
    outside, inside = floating_ip.floating_ip_address, fixed_ip(server)
    wait_for(
        f"{floating_place}: SNAT from {inside} to {outside}",
        probe=lambda: nat_of(floating_place).sources,
        until=lambda found: found.get(inside) == outside,
        deadline=deadlines.nat_rules,
        fix=MEND,
    )


@pytest.mark.req("NEU-15")
def test_distributed_router_is_on_the_guests_own_node(distributed_place: Namespace, deadlines: Deadlines) -> None:
    """With DVR each compute node routes for its guests."""
    wait_for(
        f"namespace {distributed_place}, where the guest runs, to be there",
        probe=lambda: distributed_place.exists,
        until=bool,
        deadline=deadlines.nat_rules,
        fix=f"on {distributed_place.node.name} set agent_mode = dvr in l3_agent.ini; {MEND}",
    )


@pytest.mark.req("NEU-15")
def test_floating_ip_is_served_on_the_guests_own_node(
    distributed_place: Namespace, external_network: Network, floating_ip: FloatingIP, deadlines: Deadlines
) -> None:
    """With DVR each compute node has a leg in the external network, and a route to its guests' floating IPs."""
    served = Namespace(distributed_place.node, f"fip-{external_network.id}")
    wait_for(
        f"{served}: a route to {floating_ip.floating_ip_address}",
        probe=lambda: str(served.run("ip route").stdout).split(),
        until=lambda words: floating_ip.floating_ip_address in words,
        deadline=deadlines.nat_rules,
        fix=f"on {served.node.name} map the external network (NEU-2); {MEND}",
    )
