import itertools
from collections.abc import Callable

import pytest

from fixtures.broker.broker_logins import BrokerLogin
from fixtures.broker.paths import BrokerPath
from fixtures.broker.rpc_services import RpcService, RpcServices
from fixtures.compute.console_page import why_no_page
from fixtures.compute.libvirt import listing_on
from fixtures.compute.machine_type import MachineType, not_offered
from fixtures.compute.migration_endpoint import MigrationEndpoint, different_instances_paths
from fixtures.compute.migration_paths import REFUSED, MigrationPath
from fixtures.compute.nova_logins import NovaLogin
from fixtures.compute.nova_options import PORTS, Setting, unserved_apis
from fixtures.compute.port_notifications import OPTION, PortNotifications
from fixtures.compute.qemu_user import QemuUser
from fixtures.compute.switch_database import SwitchDatabase
from fixtures.core.booleans import is_true
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import wait_for
from fixtures.nodes.clocks import RUNNER, Clock, time_service
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.firewall.iptables import Table
from fixtures.nodes.list_option import words_in
from fixtures.nodes.listeners import Listeners
from fixtures.nodes.name_resolution import NameResolution, is_loopback
from fixtures.nodes.named_hosts import told_of
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.packages import INSTALL, Packages, distribution_of
from fixtures.nodes.restarting import Restarting
from fixtures.nodes.service_environment import ServiceEnvironment
from fixtures.nodes.systemd_units import wait_until_settled

node_services = pytest.mark.parametrize("service", ["libvirt", "nova-compute"])


@pytest.mark.req("NOVA-2")
def test_host_name_is_the_one_that_nova_registered(
    compute_node: Node, nova_conf: EffectiveConfig, registered_hosts: list[str]
) -> None:
    """`hostnamectl set-hostname compute1` came before nova-compute's first start, which registers the name."""
    calls_itself = nova_conf.get("host") or compute_node.hostname
    assert calls_itself in registered_hosts, (
        f"{compute_node.name} calls itself {calls_itself}, but Nova has registered nova-compute on "
        f"{', '.join(registered_hosts) or 'no host'}. Fix: on {compute_node.name}, hostnamectl set-hostname with the "
        f"registered name, then {nova_conf.to_restart}; openstack compute service delete what is left over"
    )


@pytest.mark.req("NOVA-2")
@pytest.mark.after_a_reboot
def test_host_name_survives_a_reboot(node: Node, boot_hostname: str) -> None:
    """`hostnamectl set-hostname` writes the name down; `hostname` alone does not."""
    assert node.is_called(boot_hostname), (
        f"{node.name} is called {node.hostname} now, but /etc/hostname says {boot_hostname}, its name after the next "
        f"boot. Fix: on {node.name}, hostnamectl set-hostname with the name that OpenStack is to know"
    )


@pytest.mark.req("NOVA-2")
def test_other_nodes_find_this_node_by_its_name(
    node: Node, name_resolution: NameResolution, subtests: pytest.Subtests
) -> None:
    """Every node resolves every other, to an address that the other really has."""
    for other, found in name_resolution.of(node).items():
        with subtests.test(f"{other} looks for {node.name}"):
            assert found & node.addresses, (
                f"{other} resolves {node.hostname} to {', '.join(sorted(found)) or 'nothing'}; {node.name} has "
                f"{', '.join(sorted(node.addresses))}. Fix: the line of {node.hostname} in /etc/hosts on {other}"
            )


@pytest.mark.req("NOVA-2")
def test_other_nodes_find_this_node_at_the_same_address(node: Node, name_resolution: NameResolution) -> None:
    """A name that leads to one address here and to another there splits the cloud in two."""
    found = {other: addresses for other, addresses in name_resolution.of(node).items() if addresses}
    told = ", ".join(f"{other} to {' and '.join(sorted(addresses))}" for other, addresses in found.items())
    assert len(set(found.values())) <= 1, (
        f"the nodes do not resolve {node.hostname} to the same address: {told}. "
        f"Fix: give {node.hostname} the same line in /etc/hosts on every node"
    )


@pytest.mark.req("NOVA-2")
def test_node_finds_itself_where_the_others_do(
    node: Node, name_resolution: NameResolution, service_environments: dict[str, list[ServiceEnvironment] | Exception]
) -> None:
    """`127.0.1.1 controller`, which Debian's installer writes: services there take it for where others find them."""
    own = sorted(address for address in name_resolution.own(node) if is_loopback(address))
    elsewhere = {other: found & node.addresses for other, found in name_resolution.of(node).items()}
    seen = ", ".join(f"{other} at {min(found)}" for other, found in elsewhere.items() if found)
    told = told_of(node.hostname, service_environments.values()) if own and seen else ""
    assert not told, (
        f"{node.name} resolves its own name {node.hostname} to {', '.join(own)}, where other nodes find it: {seen}; "
        f"services are told that name ({told}). Fix: in /etc/hosts on {node.name}, take {node.hostname} out of the "
        f"line of {own[0]}, and give it the address that the others have (127.0.0.1 localhost stays)"
    )


@pytest.mark.req("NOVA-3")
def test_my_ip_is_an_address_of_this_node(nova_node: Node, nova_my_ip: str, nova_conf: EffectiveConfig) -> None:
    """A nova.conf copied from the controller keeps the controller's address."""
    assert nova_my_ip in nova_node.addresses, (
        f"{nova_node.name}: [DEFAULT] my_ip = {nova_my_ip} is no address of this node, which has "
        f"{', '.join(sorted(nova_node.addresses))}. Was nova.conf copied from another node? "
        f"Fix: set my_ip in {nova_conf.origin('my_ip')}, then {nova_conf.to_restart}."
    )


@pytest.mark.req("NOVA-3")
def test_no_two_nodes_share_my_ip(nova_node: Node, nova_my_ip: str, my_ips: dict[str, str]) -> None:
    """Each node's my_ip is its own alone."""
    owners = [name for name, ip in my_ips.items() if ip == nova_my_ip]
    assert owners == [nova_node.name], (
        f"{' and '.join(owners)} have the same my_ip = {nova_my_ip}. "
        "Fix: give each node its own address in nova.conf and restart its Nova services."
    )


@pytest.mark.req("NOVA-4")
def test_vnc_proxy_is_sent_to_this_node(
    compute_node: Node,
    nova_conf: EffectiveConfig,
    proxyclient_address: Setting,
    proxyclient_addresses: frozenset[str],
) -> None:
    """`vncserver_proxyclient_address = 10.0.0.101`: left at the controller's, the proxy looks for the guest there."""
    is_local = {"127.0.0.1", "::1"} if "controller" in compute_node.roles else set()
    assert proxyclient_addresses & (compute_node.addresses | is_local), (
        f"{compute_node.name}: {proxyclient_address} is no address of this node that the VNC proxy can reach; it has "
        f"{', '.join(sorted(compute_node.addresses))}. Fix: set [vnc] server_proxyclient_address = $my_ip in "
        f"{proxyclient_address.file or nova_conf.file}, then {nova_conf.to_restart}"
    )


@pytest.mark.req("NOVA-15")
def test_console_page_of_this_node_opens(
    compute_node: Node,
    nova_conf: EffectiveConfig,
    console_page: Setting,
    console_page_status: Callable[[str], int],
    restarting: Restarting,
    listeners: Listeners,
) -> None:
    """`novncproxy_base_url = http://controller:6080/vnc_auto.html`: a node sends browsers where its own file says."""
    status = console_page_status(console_page.value)
    where = console_page.file or nova_conf.file
    said, fix = why_no_page(console_page.value, status, restarting, listeners, f"{where} (then {nova_conf.to_restart})")
    assert status == 200, (
        f"{compute_node.name}: {console_page} is the page of its guests' consoles, and the runner got {said}. "
        f"Fix: {fix}"
    )


@pytest.mark.req("NOVA-5")
def test_services_speak_to_the_broker_of_their_control_service(
    node: Node, node_rpc_services: list[RpcService], rpc_services: RpcServices, subtests: pytest.Subtests
) -> None:
    """`transport_url = rabbit://openstack:…@controller`: same broker, user and virtual host on all nodes."""
    for each in node_rpc_services:
        with subtests.test(each.service):
            control = rpc_services.reference_for(each)
            assert not each.broker.fault and each.agrees_with(control), (
                f"{node.name}: transport_url of {each.unit} in {each.file} leads to {each.broker}; that of "
                f"{control.unit} on {control.node} to {control.broker}. Fix: copy the line transport_url from "
                f"{control.file} on {control.node} to {each.file}, then {each.to_restart}"
            )


@pytest.mark.req("NOVA-5")
def test_password_opens_a_session_on_the_broker(
    node: Node, node_broker_logins: list[BrokerLogin], subtests: pytest.Subtests
) -> None:
    """RABBIT_PASS in transport_url is the one that the broker knows; the report never shows it."""
    for login in node_broker_logins:
        user, broker, place = login.user, login.user.broker, f"{login.host}:{login.port}"
        with subtests.test(f"{user.service} at {place}"):
            assert not login.refusal, (
                f"{node.name}: the broker {place} opens no session for the user {broker.user} of {user.unit} "
                f"in virtual host {broker.virtual_host}: {login.refusal}. Fix: compare the password in "
                f"transport_url of {user.file} with another node's, then {user.to_restart}; on the broker, "
                f"rabbitmqctl change_password {broker.user}, or set_permissions -p {broker.virtual_host} {broker.user}"
            )


@pytest.mark.req("NOVA-6")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
@node_services
def test_compute_service_starts_at_boot(compute_node: Node, service: str) -> None:
    """`systemctl enable libvirtd openstack-nova-compute` has been done."""
    unit = compute_node.unit(service)
    assert unit.starts_at_boot, unit.not_at_boot


@pytest.mark.req("NOVA-6")
@pytest.mark.unit_state
@node_services
def test_compute_service_runs(compute_node: Node, service: str) -> None:
    """`systemctl start libvirtd openstack-nova-compute` has been done."""
    unit = compute_node.unit(service)
    assert unit.is_ready, unit.not_running


@pytest.mark.req("NOVA-6")
@pytest.mark.waits
@node_services
def test_compute_service_is_not_restarting_in_a_loop(compute_node: Node, service: str, deadlines: Deadlines) -> None:
    """A service that systemd keeps restarting looks active half of the time."""
    wait_until_settled(lambda: compute_node.unit(service), deadlines.unit_settled)


@pytest.mark.req("NOVA-6")
def test_libvirt_answers(compute_node: Node) -> None:
    """nova-compute can do nothing without libvirt."""
    answer = listing_on(compute_node)
    assert answer.succeeded, (
        f"{compute_node.name}: virsh list failed: {answer.stderr.strip()}. "
        f"Fix: {compute_node.service('libvirt').restart}"
    )


@pytest.mark.req("SVC-6")
def test_libvirt_offers_the_machine_that_nova_wants(
    compute_node: Node, nova_conf: EffectiveConfig, machine_type: MachineType
) -> None:
    """`virsh domcapabilities --virttype kvm --machine q35`: `hw_machine_type` may be of another QEMU, or mistyped."""
    wrong = not_offered(compute_node, nova_conf, machine_type)
    assert not wrong, wrong


@pytest.mark.req("SVC-6")
def test_qemu_may_open_the_disks_of_servers(compute_node: Node, qemu_user: QemuUser) -> None:
    """`dynamic_ownership = 0` in /etc/libvirt/qemu.conf, for NFS: then QEMU has to run as Nova's user."""
    assert not qemu_user.is_kept_out, (
        f"{compute_node.name}: dynamic_ownership = 0 ({qemu_user.kept}) leaves the disks of servers to "
        f"{qemu_user.makes_disks}, who makes them, but QEMU runs as {qemu_user.name or 'a user of its own'}, so no "
        f"server starts there. Fix: on {compute_node.name} delete that line (1 is the default), or add user = "
        f'"{qemu_user.makes_disks}" and group = "{qemu_user.makes_disks}"; then '
        f"{compute_node.service('libvirt').restart}"
    )


@pytest.mark.req("NOVA-7")
def test_broker_port_opens(
    compute_node: Node,
    broker_paths: list[BrokerPath],
    restarting: Restarting,
    listeners: Listeners,
    subtests: pytest.Subtests,
) -> None:
    """`-A INPUT -s 10.0.0.101/32 --dports 5671,5672 -j ACCEPT`: nova-compute reaches the broker."""
    for path in broker_paths:
        with subtests.test(f"{path.host}:{path.port}"):
            if path.said == "open":
                continue
            listening = listeners.of(path.address, path.port)
            otherwise = (
                f"on {path.host}, see in {restarting.log_of('rabbitmq', path.host)} whether it runs; iptables -I INPUT "
                f"-s {path.source} -p tcp --dport {path.port} -j ACCEPT, and save it"
            )
            pytest.fail(
                f"{compute_node.name} cannot open {path.host}:{path.port} ({path.address}): "
                f"{path.said or 'no connection'}{listening}. "
                f"Fix: {listening.to_open('rabbitmq', restarting.of('rabbitmq', path.host), otherwise)}",
                pytrace=False,
            )


@pytest.mark.req("NOVA-7")
def test_packet_filter_accepts_the_node_before_it_refuses(
    compute_node: Node, filtered_paths_now: list[tuple[BrokerPath, Table]], subtests: pytest.Subtests
) -> None:
    """The broker's filter table has a rule for this node, above the one that refuses everybody."""
    for path, table in filtered_paths_now:
        with subtests.test(f"{path.host}:{path.port}"):
            fate, rule = table.fate(path.packet)
            assert fate == "ACCEPT", (
                f"the filter table of {path.host} refuses {compute_node.name} ({path}) by: {rule}. Fix: on "
                f"{path.host}, iptables -I INPUT -s {path.source} -p tcp --dport {path.port} -j ACCEPT, and save it"
            )


@pytest.mark.req("NOVA-7")
@pytest.mark.after_a_reboot
def test_packet_filter_accepts_the_node_after_a_reboot(
    compute_node: Node, filtered_paths_at_boot: list[tuple[BrokerPath, str, Table]], subtests: pytest.Subtests
) -> None:
    """The rule for this node is written down (`vi /etc/sysconfig/iptables`), above the one that refuses everybody."""
    for path, file, table in filtered_paths_at_boot:
        with subtests.test(f"{path.host}:{path.port}"):
            fate, rule = table.fate(path.packet)
            assert fate == "ACCEPT", (
                f"{file} of {path.host} will refuse {compute_node.name} ({path}) after a reboot, by: {rule}. "
                f"Fix: in {file}, above that line, -A INPUT -s {path.source} -p tcp --dport {path.port} -j ACCEPT"
            )


@pytest.mark.req("NOVA-7")
def test_firewalld_keeps_what_it_lets_the_node_do(
    compute_node: Node, filtered_paths_of_firewalld: list[BrokerPath], subtests: pytest.Subtests
) -> None:
    """What was opened without --permanent is closed after a reboot."""
    for path in filtered_paths_of_firewalld:
        with subtests.test(f"{path.host}:{path.port}"):
            assert not path.forgotten, (
                f"firewalld on {path.host} lets {compute_node.name} in ({path}) by what it will forget: "
                f"{', '.join(path.forgotten)}. Fix: on {path.host}, firewall-cmd --runtime-to-permanent"
            )


@pytest.mark.req("NOVA-9")
@pytest.mark.parametrize("option", ["use_neutron"])
def test_nova_uses_neutron(nova_node: Node, nova_conf: EffectiveConfig, nova_option: Setting | None) -> None:
    """`use_neutron = true`, the default, as long as Nova had a network service of its own (up to Train)."""
    assert nova_option is None or is_true(nova_option.value), (
        f"{nova_node.name}: {nova_option}, so Nova uses nova-network instead of Neutron. "
        f"Fix: set it to true, then {nova_conf.to_restart}"
    )


@pytest.mark.req("NOVA-9")
@pytest.mark.parametrize("option", ["firewall_driver"])
def test_nova_leaves_the_packet_filter_to_neutron(
    nova_node: Node, nova_conf: EffectiveConfig, nova_option: Setting | None
) -> None:
    """`firewall_driver = nova.virt.firewall.NoopFirewallDriver`, the default since Pike; gone since Ussuri."""
    assert nova_option is None or nova_option.value == "nova.virt.firewall.NoopFirewallDriver", (
        f"{nova_node.name}: {nova_option}, so Nova filters packets beside Neutron. "
        f"Fix: set it to nova.virt.firewall.NoopFirewallDriver, then {nova_conf.to_restart}"
    )


@pytest.mark.req("NOVA-9")
@pytest.mark.parametrize("option", ["enabled_apis"])
def test_nova_serves_the_compute_and_the_metadata_api(
    controller_node: Node, nodes: Nodes, nova_option: Setting | None, restarting: Restarting
) -> None:
    """`enabled_apis = osapi_compute,metadata`, the default; nova-api only warns of a name that it does not know."""
    enabled = words_in(nova_option.value) if nova_option else list(PORTS)
    fix = "Fix: set enabled_apis = osapi_compute,metadata; then"
    unknown = [name for name in enabled if name not in PORTS]
    assert not unknown, (
        f"{controller_node.name}: {nova_option}: Nova has no API {', '.join(unknown)}. "
        f"{fix} {restarting.of('nova-api', controller_node.hostname)}"
    )
    unserved = unserved_apis((controller_node, *nodes.with_roles("controller")), enabled)
    assert not unserved, (
        f"{controller_node.name}: {nova_option} leaves out {', '.join(unserved)}, which nothing else serves. "
        f"{fix} {restarting.of('nova-api', controller_node.hostname)}"
    )


@pytest.mark.req("NOVA-10")
@pytest.mark.usefixtures("own_clock")
def test_time_service_runs(node: Node) -> None:
    """`yum install chrony`, and started."""
    service = time_service(node)
    assert service.running, (
        f"{node.name}: none of {', '.join(node.unit_names['time'])} runs. "
        "Fix: install chrony, then systemctl enable --now chronyd (Debian: chrony)"
    )


@pytest.mark.req("NOVA-10")
@pytest.mark.waits
@pytest.mark.usefixtures("own_clock")
def test_clock_is_synchronised(node: Node, deadlines: Deadlines) -> None:
    """A time service without a source lets the clock drift."""
    wait_for(
        f"{node.name}: the time service to follow a source",
        probe=lambda: time_service(node),
        until=lambda service: service.is_synchronised,
        fail_if=lambda service: None if service.running else "no time service runs",
        deadline=deadlines.clock_synchronised,
        fix="chronyc sources; name a server that answers in /etc/chrony.conf (Debian: /etc/chrony/chrony.conf), "
        "and let UDP port 123 through",
    )


@pytest.mark.req("NOVA-10")
def test_clock_agrees_with_the_runner(node: Node, clock: Clock) -> None:
    """60 s of difference make a service look down; 1 s is more than any time service leaves."""
    assert not clock.surely_off(RUNNER, limit=1), (
        f"the clock of {clock} is off the runner's by more than 1 s. "
        f"Fix: on {node.name}, chronyc makestep; if all nodes are off alike, the runner's own clock is wrong"
    )


@pytest.mark.req("NOVA-10")
def test_clocks_of_the_nodes_agree(clocks: dict[str, Clock]) -> None:
    """A node reports with its own clock; the others judge it by theirs."""
    if len(clocks) < 2:
        pytest.skip("only one node is given")
    apart = [pair for pair in itertools.combinations(clocks.values(), 2) if pair[0].surely_off(pair[1], limit=1)]
    assert not apart, (
        f"clocks more than 1 s apart (against the runner's): {'; '.join(f'{one}, {two}' for one, two in apart)}. "
        "Fix: on the node that is off, chronyc makestep; give all nodes the same time server"
    )


@pytest.mark.req("NOVA-11")
def test_packages_of_the_nodes_roles_are_installed(
    node: Node, packages: Packages, wanted_packages: list[list[str]]
) -> None:
    """`yum install openstack-nova-compute openstack-selinux python-openstackclient`."""
    missing = packages.missing(wanted_packages)
    assert not missing, (
        f"{node.name} ({', '.join(sorted(node.roles))}) lacks {', '.join(missing)}. "
        f"Fix: on {node.name}, {INSTALL[distribution_of(node)]} {' '.join(missing)}; "
        f"if it has not that role, --role=ROLE=-{node.name}"
    )


@pytest.mark.req("NOVA-11")
def test_openstack_packages_are_of_one_release(
    node: Node, packages_of_a_release: Packages, prevailing_release: str
) -> None:
    """`centos-release-openstack-rocky` on one node and another release on the next do not understand each other."""
    strangers = sorted(each for each in packages_of_a_release.releases() if each[2] != prevailing_release)
    told = ", ".join(f"{project} {version} ({release})" for project, version, release in strangers)
    assert not strangers, (
        f"{node.name} has {told}, while most of what the nodes have is of {prevailing_release}. Fix: on "
        f"{node.name}, {packages_of_a_release.upgrade.format(prevailing_release)}"
    )


@pytest.mark.req("NOVA-17")
def test_servers_are_kept_in_the_same_place(migration_endpoints: dict[str, MigrationEndpoint]) -> None:
    """`instances_path` is the same on all compute nodes: a server's files are looked for where they were before."""
    if not migration_endpoints:
        pytest.skip("there are no two given compute nodes that run QEMU")
    different = different_instances_paths(migration_endpoints.values())
    assert not different, (
        f"[DEFAULT] instances_path is {different}. Fix: give it one value in nova.conf on every compute node, move the "
        "servers there, then restart nova-compute"
    )


@pytest.mark.req("NOVA-17")
def test_live_migration_comes_in_at_an_address_of_this_node(
    compute_node: Node, migration_endpoint: MigrationEndpoint, migration_endpoints: dict[str, MigrationEndpoint]
) -> None:
    """`live_migration_inbound_addr`, copied from another node, sends the guests there."""
    told = migration_endpoint.inbound_address
    if not told:
        said = migration_endpoint.inbound or "not set"
        pytest.skip(f"{compute_node.name}: live_migration_inbound_addr is {said}, so guests find there by a name")
    owners = [each.node.name for each in migration_endpoints.values() if told in each.node.addresses]
    assert told in compute_node.addresses, (
        f"{compute_node.name}: {migration_endpoint.spelled('live_migration_inbound_addr')} is no address of this node, "
        f"which has {', '.join(sorted(compute_node.addresses))}. It is {' and '.join(owners) or 'no given node'}'s: "
        "was the file copied from there? Fix: set live_migration_inbound_addr to an address of this node, then "
        f"{migration_endpoint.config.to_restart}"
    )


@pytest.mark.req("NOVA-17")
def test_libvirt_lets_in_the_other_compute_nodes(
    compute_node: Node, node_migration_paths: list[MigrationPath], subtests: pytest.Subtests
) -> None:
    """`virsh -c qemu+tcp://compute2/system version` on this node: Nova has libvirt go there with a guest that runs."""
    for path in node_migration_paths:
        there = path.target.node.name
        with subtests.test(there):
            assert not path.is_closed, (
                f"{compute_node.name} does not get to libvirt on {there} by {path.uri}: {path.way}. Fix: on {there}, "
                "systemctl enable libvirtd-tcp.socket (tls: libvirtd-tls.socket), systemctl stop 'libvirtd*.socket' "
                "libvirtd, systemctl start libvirtd-tcp.socket libvirtd; open its port (TCP 16509; tls: 16514); see "
                "auth_tcp in /etc/libvirt/libvirtd.conf (ssh: root's key). Or correct [libvirt] live_migration_… in "
                f"nova.conf on {compute_node.name}"
            )


@pytest.mark.req("NOVA-17")
def test_ports_of_qemu_are_open_to_the_other_compute_nodes(
    compute_node: Node, node_migration_paths: list[MigrationPath], subtests: pytest.Subtests
) -> None:
    """Memory and disks of a guest that runs go straight from QEMU to QEMU."""
    for path in node_migration_paths:
        there, last = path.target.node.name, path.target.last_port
        with subtests.test(there):
            assert not path.is_filtered, (
                f"{compute_node.name} does not get through to the ports at which QEMU on {there} takes guests in: "
                f"{path.target.target}:{last} says {path.port}, expected {REFUSED}, as nobody listens there yet. "
                f"Fix: on {there}, let TCP ports 49152 to {last} in from the other compute nodes"
            )


@pytest.mark.req("NOVA-17")
@pytest.mark.after_a_reboot
def test_libvirt_listens_to_other_nodes_after_a_reboot(compute_node: Node, remote_sockets: dict[str, bool]) -> None:
    """`systemctl enable libvirtd-tcp.socket`, and not only start."""
    forgotten = [name for name, is_enabled in remote_sockets.items() if not is_enabled]
    assert not forgotten, (
        f"{compute_node.name}: {', '.join(forgotten)} listens, and will not after a reboot: it is disabled. "
        f"Fix: on {compute_node.name}, systemctl enable {' '.join(forgotten)}"
    )


@pytest.mark.req("NOVA-18")
def test_nova_logs_in_to_the_other_compute_nodes(
    compute_node: Node, node_nova_logins: list[NovaLogin], subtests: pytest.Subtests
) -> None:
    """`ssh compute2`, as the user nova, without a password: so Nova copies the disk of a server that moves."""
    for login in node_nova_logins:
        other, address, user = login.target.node.name, login.target.my_ip, login.user
        with subtests.test(other):
            assert not login.refusal, (
                f"{compute_node.name}: the user {user} does not get in at {address}, the my_ip of {other}: "
                f"{login.refusal}. Fix: on {compute_node.name}, runuser -u {user} -- ssh {address}. His key in ~/.ssh "
                f"must be in his ~/.ssh/authorized_keys on {other}, his shell there /bin/bash (usermod -s), and the "
                f"host key of {other} in his ~/.ssh/known_hosts here (ssh-keyscan {address}), or in /etc/ssh's"
            )


@pytest.mark.req("NOVA-14")
def test_neutron_tells_nova_of_plugged_ports(controller_node: Node, port_notifications: PortNotifications) -> None:
    """`notify_nova_on_port_status_changes = true`: nova-compute waits for that before it starts a server."""
    assert not port_notifications.is_off, (
        f"{controller_node.name}: neutron-server does not tell Nova that a port is plugged "
        f"({OPTION} = {port_notifications.told} in {port_notifications.file}), for which nova-compute waits until it "
        f"gives the server up. Fix: set it to true there, then {port_notifications.to_restart}"
    )


@pytest.mark.req("NOVA-14")
def test_nova_reaches_the_database_of_open_vswitch(compute_node: Node, switch_database: SwitchDatabase) -> None:
    """`ovs-vsctl set-manager ptcp:6640:127.0.0.1`: there nova-compute tells Open vSwitch of each guest's port."""
    assert not switch_database.trouble, (
        f"{compute_node.name}: {switch_database.setting}, where Nova tells Open vSwitch of a guest's port, but that "
        f"does not open: {switch_database.trouble}. Fix: on {compute_node.name}, {switch_database.fix}"
    )
