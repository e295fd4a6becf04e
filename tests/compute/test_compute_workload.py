import allure
import pytest
from openstack.compute.v2.flavor import Flavor
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.network.v2.port import Port
from openstack.network.v2.subnet import Subnet

from fixtures.cloud.run.run import Run
from fixtures.compute.console import wait_until_booted
from fixtures.compute.console_page import why_no_page
from fixtures.compute.libvirt import Domain, wait_until_console_answers
from fixtures.compute.local_key import LocalKey
from fixtures.compute.server import wait_until_active
from fixtures.compute.vnc import GREETING, VncConsole
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import Proven
from fixtures.core.redaction import redact
from fixtures.core.waiting import wait_for
from fixtures.guest.guest import Guest
from fixtures.guest.moving_guest import Look, Move, MovingGuest
from fixtures.identity.anonymous import Anonymous
from fixtures.network.drivers.driver import Driver
from fixtures.network.northbound import Northbound
from fixtures.network.ovs_interface import interfaces_of
from fixtures.network.southbound import Southbound
from fixtures.nodes.listeners import Listeners
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("NOVA-14")
def test_server_becomes_active(cloud: Connection, requested_server: Server, deadlines: Deadlines) -> None:
    """`openstack server create` ends in ACTIVE."""
    wait_until_active(cloud, requested_server, deadlines)


@pytest.mark.req("NOVA-14")
def test_server_is_listed(cloud: Connection, server: Server) -> None:
    """`openstack server list` shows the server."""
    listed = {each.id for each in cloud.compute.servers()}
    assert server.id in listed, f"server {server.id} is not listed. Fix: read nova-api's log"


@pytest.mark.req("NOVA-14")
def test_guest_boots(cloud: Connection, server: Server, deadlines: Deadlines) -> None:
    """ACTIVE only says that QEMU started; the console says that the guest booted."""
    console = wait_until_booted(cloud, server, deadlines)
    allure.attach(redact(console), "console", allure.attachment_type.TEXT)


@pytest.mark.req("NOVA-14")
def test_port_is_bound_on_the_servers_node(
    server_node: Node, server_port: Port, southbound: Southbound, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`ovn-sbctl find Port_Binding logical_port=…`: the chassis is the server's node, and the port is up."""
    wait_for(
        f"{southbound}: port {server_port.id} to be up on {server_node.name}, where Nova has the server",
        probe=lambda: southbound.binding(server_port.id),
        until=lambda bound: bool(bound and bound.is_up and server_node.is_called(bound.hostname)),
        deadline=deadlines.port_active,
        fix=network_driver.fixes.agent,
    )


@pytest.mark.req("NOVA-14")
def test_port_is_plugged_into_open_vswitch(
    server_node: Node, server_port: Port, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`ovs-vsctl find Interface external_ids:iface-id=…` on the server's node: it has a port number, and no error."""
    if not network_driver.switches_with_ovs:
        pytest.skip(f"{server_node.name}: {network_driver.agent} needs no Open vSwitch")
    wait_for(
        f"{server_node.name}: Open vSwitch to pass packets to port {server_port.id}; it has",
        probe=lambda: interfaces_of(server_node, server_port.id),
        until=lambda found: bool(found) and all(each.is_plugged for each in found),
        deadline=deadlines.port_active,
        fix=f"read the log of nova-compute and of ovs-vswitchd on {server_node.name}; openstack server reboot --hard",
    )


@pytest.mark.req("NOVA-14")
def test_port_has_an_answer_to_dhcp(
    server_port: Port, subnet: Subnet, northbound: Northbound, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`ovn-nbctl list Logical_Switch_Port …`: its dhcpv4_options are those of its subnet."""
    wait_for(
        f"{northbound}: DHCP options of {subnet.cidr} with router {subnet.gateway_ip} on port {server_port.id}; it has",
        probe=lambda: northbound.dhcp_of_port(server_port.id),
        until=lambda found: any(each.fits(subnet) for each in found),
        deadline=deadlines.port_active,
        fix=Proven(network_driver.fixes.addresses),
    )


@pytest.mark.req("NOVA-13")
def test_key_opens_the_guest(guest: Guest, local_key: LocalKey, network_driver: Driver) -> None:
    """The guest lets in the holder of the key pair's private half."""
    keys = guest.run("cat ~/.ssh/authorized_keys").stdout
    assert local_key.public_text in keys, (
        f"the guest's authorized_keys lack our key; it has: {keys or 'none'}. "
        f"Fix: {network_driver.fixes.metadata}; check nova-api-metadata"
    )


@pytest.mark.req("NOVA-15")
@pytest.mark.proves_cause
def test_console_page_answers(
    vnc_console: VncConsole, anonymous: Anonymous, restarting: Restarting, listeners: Listeners
) -> None:
    """`openstack console url show` gives a URL, and a browser gets a page there."""
    status = anonymous.read(vnc_console.url).status
    said, fix = why_no_page(vnc_console.place, status, restarting, listeners)
    assert status == 200, (
        f"the runner asked for the console at {vnc_console.place or 'no URL at all'}: {said}. Fix: {fix}"
    )


@pytest.mark.req("NOVA-15")
@pytest.mark.proves_cause
def test_console_shows_the_guests_screen(vnc_console: VncConsole) -> None:
    """The page's WebSocket leads through the proxy to the guest's VNC server."""
    said = vnc_console.first_words()
    assert said.startswith(GREETING), (
        f"the console's WebSocket at {vnc_console.place} said {said!r}, not {GREETING}…. Fix: in the compute node's "
        "nova.conf [vnc] server_listen and server_proxyclient_address must be addresses of its own that the "
        "controller reaches (ports 5900 and up); read nova-novncproxy's log"
    )


@pytest.mark.req("NOVA-16")
@pytest.mark.proves_cause
def test_libvirt_runs_the_domain(libvirt_domain: Domain) -> None:
    """`virsh list --all` on the node that Nova names shows Nova's instance name, running."""
    assert libvirt_domain.state == "running", (
        f"{libvirt_domain.node.name}: libvirt says of {libvirt_domain.name}: {libvirt_domain.state}, not running. "
        f"Fix: virsh list --all on {libvirt_domain.node.name}; openstack server start, or server reboot --hard"
    )


@pytest.mark.req("NOVA-16")
@pytest.mark.proves_cause
def test_domain_has_the_servers_uuid(libvirt_domain: Domain, server: Server) -> None:
    """The domain of that name is this very server."""
    assert libvirt_domain.uuid == server.id, (
        f"{libvirt_domain.node.name}: {libvirt_domain.name} has the UUID {libvirt_domain.uuid or 'of no domain'}, "
        f"the server {server.id}. "
        f"Fix: virsh list --all --uuid --name on {libvirt_domain.node.name}; a domain of an earlier installation "
        "is in the way: virsh undefine it"
    )


@pytest.mark.req("NOVA-16")
def test_serial_console_answers(libvirt_domain: Domain, booted_server: Server, deadlines: Deadlines) -> None:
    """`virsh console` on the node reaches the login prompt."""
    shown = wait_until_console_answers(libvirt_domain, deadlines)
    allure.attach(redact(shown), "virsh console", allure.attachment_type.TEXT)


@pytest.mark.req("NOVA-14")
def test_server_runs_on_this_compute_node(compute_node: Node, server_on_node: Server) -> None:
    """Each compute node can run a guest, not only the one that the scheduler likes."""
    host = server_on_node.hypervisor_hostname
    assert compute_node.is_called(host), (
        f"asked for a server on {compute_node.name}, got it on {host}. "
        "Fix: openstack compute service list; nova-manage cell_v2 discover_hosts"
    )


@pytest.mark.req("NOVA-17")
def test_live_migration_ends_on_another_node(live_migration: Move) -> None:
    """`openstack server migrate --live-migration`: ACTIVE, and on another host than before."""
    assert live_migration.host != live_migration.source, (
        f"Nova calls the live migration completed, and the server is still on {live_migration.source} "
        f"({live_migration.record}). Fix: openstack server show; the log of nova-compute there"
    )


@pytest.mark.req("NOVA-17")
def test_guest_goes_on_running_through_its_live_migration(
    live_migration: Move, look_after_live_migration: Look
) -> None:
    """The guest answers as before, and has not booted anew: /proc/sys/kernel/random/boot_id is what it was."""
    boot = look_after_live_migration.boot
    assert boot == live_migration.before.boot, (
        f"the guest's boot_id was {live_migration.before.boot} on {live_migration.source} and is {boot} on "
        f"{live_migration.host}: it has booted anew. Fix: read its console, and the logs of QEMU "
        f"(/var/log/libvirt/qemu) on {live_migration.host}"
    )


@pytest.mark.req("NOVA-18")
def test_cold_migration_ends_on_another_node(cold_migration: Move) -> None:
    """`openstack server migrate`, and confirm: ACTIVE, and on another host than before."""
    assert cold_migration.host != cold_migration.source, (
        f"Nova calls the migration confirmed, and the server is still on {cold_migration.source} "
        f"({cold_migration.record}). Fix: openstack server show; the log of nova-compute there"
    )


@pytest.mark.req("NOVA-18")
def test_disk_comes_with_the_server(cold_migration: Move, look_after_cold_migration: Look, run: Run) -> None:
    """What was written on the guest's disk before is there afterwards."""
    kept = look_after_cold_migration.kept
    assert kept == run.tag, (
        f"a file that said {run.tag!r} on {cold_migration.source} says {kept!r} on {cold_migration.host}: the disk "
        "has not come with the server. Fix: [DEFAULT] instances_path in nova.conf must be the same on both; the log of "
        f"nova-compute on {cold_migration.host}"
    )


@pytest.mark.req("NOVA-18")
def test_resize_gives_the_server_its_new_flavor(resized_guest: Move, larger_flavor: Flavor) -> None:
    """`openstack server resize --flavor`, and confirm: Nova tells the new flavor's memory."""
    ram = resized_guest.record.server.flavor.ram
    assert ram in (larger_flavor.ram, None), (
        f"Nova tells {ram} MiB of memory for the server, the flavor that it was resized to has {larger_flavor.ram}. "
        "Fix: read nova-conductor's log"
    )


@pytest.mark.req("NOVA-18")
def test_guest_has_the_memory_of_its_new_flavor(resized_guest: Move, moving_guest: MovingGuest) -> None:
    """MemTotal in the guest's /proc/meminfo is more than it was."""
    memory = moving_guest.look().memory
    assert memory > resized_guest.before.memory, (
        f"the guest has {memory} MiB of memory on {resized_guest.host}; it had {resized_guest.before.memory} on "
        f"{resized_guest.source}, with a smaller flavor. Fix: virsh dominfo on {resized_guest.host}; openstack server "
        "reboot --hard"
    )


@pytest.mark.req("NOVA-19")
def test_server_with_a_config_drive_becomes_active(active_config_drive_server: Server) -> None:
    """`openstack server create --use-config-drive`: its node makes the drive before the guest boots."""
    drive = active_config_drive_server.has_config_drive
    assert drive, (
        f"server {active_config_drive_server.id} was asked for with a config drive, and Nova says it has none. "
        "Fix: read nova-api's log"
    )


@pytest.mark.req("NOVA-19")
def test_guest_reads_its_config_drive(config_drive: str, active_config_drive_server: Server) -> None:
    """`mount -o ro LABEL=config-2`: openstack/latest/meta_data.json tells the server's UUID."""
    assert active_config_drive_server.id in config_drive, (
        f"the guest of server {active_config_drive_server.id} says that its config drive is {config_drive}; expected "
        "is meta_data.json with the server's UUID. Fix: on its node, virsh domblklist must show disk.config in the "
        "server's folder; read nova-compute's log there; openstack server reboot --hard"
    )
