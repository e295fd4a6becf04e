import pytest
from openstack.compute.v2.server import Server
from openstack.network.v2.floating_ip import FloatingIP
from openstack.network.v2.subnet import Subnet

from fixtures.deadlines import Deadlines
from fixtures.guest import Guest
from fixtures.server import fixed_ip
from fixtures.waiting import wait_for
from fixtures.way_in import WayIn


@pytest.mark.req("NEU-8")
def test_guest_has_the_address_of_its_port(guest: Guest, server: Server) -> None:
    """DHCP gave the guest the address that Neutron chose for it."""
    expected = fixed_ip(server)
    assert expected in guest.addresses, (
        f"the guest has {sorted(guest.addresses)}, Neutron gave it {expected}. Mend: check neutron-dhcp-agent"
    )


@pytest.mark.req("NEU-8")
def test_guest_has_the_gateway_of_its_subnet(guest: Guest, subnet: Subnet) -> None:
    """DHCP gave the guest the subnet's gateway."""
    assert guest.default_gateway == subnet.gateway_ip, (
        f"the guest's default route goes to {guest.default_gateway}, the subnet says {subnet.gateway_ip}. "
        "Mend: openstack subnet set --gateway; then renew the guest's lease"
    )


@pytest.mark.req("NEU-8")
def test_guest_has_the_name_server_of_its_subnet(guest: Guest, subnet: Subnet) -> None:
    """DHCP gave the guest the subnet's name server."""
    assert set(subnet.dns_nameservers) <= guest.name_servers, (
        f"the guest asks {sorted(guest.name_servers)}, the subnet says {subnet.dns_nameservers}. "
        "Mend: openstack subnet set --dns-nameserver; then renew the guest's lease"
    )


@pytest.mark.req("NEU-11")
def test_ping_passes(way_in: WayIn, floating_ip: FloatingIP, deadlines: Deadlines) -> None:
    """`security group rule create --proto icmp` lets ping in."""
    wait_for(
        f"an answer to ping {way_in} to {floating_ip.floating_ip_address}",
        probe=lambda: way_in.pings(floating_ip.floating_ip_address),
        until=bool,
        deadline=deadlines.ping,
        mend="openstack security group rule list; firewall_driver of the Layer 2 agent on the guest's node",
    )


@pytest.mark.req("NEU-11")
def test_ssh_port_opens(way_in: WayIn, floating_ip: FloatingIP) -> None:
    """`security group rule create --proto tcp --dst-port 22` lets SSH in."""
    assert way_in.opens(floating_ip.floating_ip_address, 22), (
        f"port 22 of {floating_ip.floating_ip_address} does not open {way_in}. Mend: openstack security group rule list"
    )


@pytest.mark.req("NEU-12")
def test_floating_ip_leads_to_the_guest(guest: Guest, server: Server, floating_ip: FloatingIP) -> None:
    """`ssh cirros@FLOATING-IP` ends in the server that holds the address."""
    assert fixed_ip(server) in guest.addresses, (
        f"{floating_ip.floating_ip_address} leads to a guest with {sorted(guest.addresses)}, not to "
        f"{fixed_ip(server)}. Mend: on the network node, "
        f"ip netns exec qrouter-{floating_ip.router_id} iptables -t nat -S"
    )
