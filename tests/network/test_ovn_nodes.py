from collections.abc import Sequence

import pytest

from fixtures.cloud.agents import Agents
from fixtures.cloud.service_reports import ServiceReport, reports_of
from fixtures.network.chassis import Chassis
from fixtures.network.cluster_status import ClusterStatus
from fixtures.network.connection_status import CONNECTED
from fixtures.network.northd_statuses import ACTIVE, STANDBY
from fixtures.network.ovn_server import CONNECTIONS, DEFAULTS, OvnServer
from fixtures.network.ovsdb import Remote, parse_remotes
from fixtures.nodes.name_resolution import is_loopback
from fixtures.nodes.namespaces import why_closed
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting
from fixtures.nodes.systemd_units import Unit

each_database = pytest.mark.parametrize("database", CONNECTIONS)
each_part = pytest.mark.parametrize("service", ["ovn-northd", "ovn-nb-db", "ovn-sb-db", "ovn-sb-db-relay"])


@pytest.mark.req("OVN-1")
@pytest.mark.after_a_reboot
@each_part
def test_ovns_centre_starts_at_boot(controller_node: Node, ovn_central_unit: Unit) -> None:
    """`systemctl enable ovn-central` (RDO: ovn-northd) has been done."""
    assert ovn_central_unit.starts_at_boot, ovn_central_unit.not_at_boot


@pytest.mark.req("OVN-1")
@each_part
def test_ovns_centre_runs(controller_node: Node, ovn_central_unit: Unit) -> None:
    """Without northd nothing that is new gets to a chassis; without its databases nothing works at all."""
    assert ovn_central_unit.is_at_work, ovn_central_unit.not_running


@pytest.mark.req("OVN-1")
def test_one_northd_is_active(northd_statuses: dict[str, str]) -> None:
    """Of several the one that holds the lock in the Southbound database is at work; the others stand by."""
    active = [name for name, status in northd_statuses.items() if status == ACTIVE]
    if not active and {*northd_statuses.values()} == {STANDBY}:
        pytest.skip("each ovn-northd given stands by, so the active one is on a node that was not given")
    assert active, (
        f"no ovn-northd is active: {northd_statuses}; so nothing that is new gets to a chassis. Fix: start ovn-northd "
        "(one that is paused: ovn-appctl -t ovn-northd resume; in kolla's container -t /run/ovn/ovn-northd.ctl), and "
        "read its log"
    )
    assert len(active) == 1, (
        f"ovn-northd is active on {' and '.join(active)}, expected on one, while the others stand by: they use "
        "different Southbound databases. Fix: give all of them the same --ovnnb-db and --ovnsb-db, and restart them"
    )


@pytest.mark.req("OVN-1")
@each_database
def test_database_is_a_sound_member_of_its_cluster(
    controller_node: Node, database: str, cluster_status: ClusterStatus
) -> None:
    """A clustered database takes changes as long as a majority of its members hear each other."""
    wrong = cluster_status.wrong
    assert not wrong, (
        f"{controller_node.name}: OVN's {database} database {wrong}. Fix: start the database on the other members, and "
        "open TCP 6643 and 6644 between them; a member that is gone for good: ovn-appctl … cluster/kick"
    )


@pytest.mark.req("OVN-1")
@each_database
def test_neutron_server_reaches_ovns_database(
    controller_node: Node, ovn_server: OvnServer, database: str, subtests: pytest.Subtests
) -> None:
    """`[ovn] ovn_nb_connection` and `ovn_sb_connection` of ml2_conf.ini lead to what listens."""
    ends = [remote for remote in ovn_server.remotes(database) if remote.port]
    if not ends:
        pytest.skip(f"{controller_node.name}: {ovn_server.spelled(database)}: no end of TCP")
    for end in ends:
        with subtests.test(str(end)):
            why = why_closed(controller_node.host.run, end.host, end.port)
            assert not why, (
                f"{controller_node.name}: {ovn_server.spelled(database)}, but {end} does not open: {why}. "
                f"Fix: {_to_open(database, end)}; or {_to_correct(ovn_server, database)}"
            )


@pytest.mark.req("OVN-1")
def test_chassis_looks_for_the_southbound_database_where_neutron_does(
    l2_node: Node, chassis: Chassis, southbound_difference: str, ovn_servers: list[OvnServer]
) -> None:
    """`ovs-vsctl set Open_vSwitch . external_ids:ovn-remote=tcp:10.0.0.11:6642`."""
    server, agent = ovn_servers[0], chassis.agent
    assert not southbound_difference, (
        f"{l2_node.name}: {agent.spelled('databases')} {southbound_difference}; {server.node.name} has "
        f"{server.spelled('Southbound')}. Fix: {agent.fix('databases', _for_others(server))}"
    )


@pytest.mark.req("OVN-1")
def test_southbound_database_opens(l2_node: Node, chassis: Chassis, subtests: pytest.Subtests) -> None:
    """The way to it is open from each chassis: a firewall lets TCP 6642 in."""
    ends = [remote for remote in chassis.remotes if remote.port]
    if not ends:
        pytest.skip(f"{l2_node.name}: {chassis.agent.spelled('databases')}: no end of TCP")
    for end in ends:
        with subtests.test(str(end)):
            why = why_closed(l2_node.host.run, end.host, end.port)
            assert not why, (
                f"{l2_node.name}: {chassis.agent.spelled('databases')}, but {end} does not open from there: {why}. "
                f"Fix: {_to_open('Southbound', end)}"
            )


@pytest.mark.req("OVN-1")
def test_ovn_controller_is_connected(
    l2_node: Node, chassis: Chassis, connection_status: str, restarting: Restarting
) -> None:
    """`ovn-appctl -t ovn-controller connection-status` says connected."""
    assert connection_status == CONNECTED, (
        f"{l2_node.name}: ovn-controller says of the Southbound database: {connection_status}, expected {CONNECTED}; "
        f"{chassis.agent.spelled('databases')}. Fix: {restarting.log_of('ovn-controller', l2_node.hostname)} tells "
        "why: another address (ovn-remote), a firewall, or for ssl its certificates"
    )


@pytest.mark.req("NEU-1")
def test_ovns_metadata_agent_runs(compute_node: Node, ovn_metadata_unit: Unit) -> None:
    """`systemctl start neutron-ovn-metadata-agent`: Neutron calls it alive until two changes and 75 s later.

    Source: neutron/plugins/ml2/drivers/ovn/agent/neutron_agent.py, alive.
    """
    assert ovn_metadata_unit.is_ready, ovn_metadata_unit.not_running


@pytest.mark.req("OVN-2")
def test_no_two_chassis_have_one_name(
    l2_node: Node, chassis: Chassis, every_chassis: dict[str, Chassis], restarting: Restarting
) -> None:
    """A machine that was cloned brings the other's system-id: the two take each other's place in turn."""
    assert chassis.name, (
        f"{l2_node.name}: external_ids:system-id is not set, so it is no chassis. Fix: "
        f"{l2_node.service('openvswitch').deployed_by or restarting.of('openvswitch', l2_node.hostname)}, which sets it"
    )
    owners = [each.node for each in every_chassis.values() if each.name == chassis.name]
    assert [owner.name for owner in owners] == [l2_node.name], (
        f"{_names(owners)} have the same system-id {chassis.name}. Fix: {_to_rename(owners)}"
    )


@pytest.mark.req("OVN-2")
def test_no_two_nodes_keep_one_system_id(l2_node: Node, chassis: Chassis, every_chassis: dict[str, Chassis]) -> None:
    """/etc/openvswitch/system-id.conf is what the next start of Open vSwitch sets."""
    saved = chassis.ids.saved_id or pytest.skip(f"{l2_node.name}: /etc/openvswitch/system-id.conf has no system-id")
    owners = [each.node for each in every_chassis.values() if each.ids.saved_id == saved]
    assert [owner.name for owner in owners] == [l2_node.name], (
        f"/etc/openvswitch/system-id.conf of {_names(owners)} has the same system-id {saved}, which the next "
        f"start of Open vSwitch sets. Fix: {_to_rename(owners)}"
    )


@pytest.mark.req("OVN-2")
def test_chassis_is_called_as_nova_calls_the_node(
    compute_node: Node, chassis: Chassis, compute_services: list[ServiceReport]
) -> None:
    """A port is bound where the chassis's hostname is nova-compute's host, to the letter; else "Binding failed"."""
    reports = reports_of(compute_services, "nova-compute")
    hosts = sorted(report.host for report in reports if compute_node.is_called(report.host))
    if not hosts:
        pytest.skip(f"{compute_node.name}: Nova knows no nova-compute there (NOVA-1)")
    assert chassis.hostname in hosts, (
        f"{compute_node.name}: the chassis's hostname is {chassis.hostname} ({chassis.agent.spelled('hostname')}), but "
        f"Nova calls the node {' or '.join(hosts)}, so no port can be bound there. "
        f"Fix: {chassis.agent.fix('hostname', hosts[0])}"
    )


@pytest.mark.req("OVN-3")
def test_a_gateway_chassis_maps_the_external_network(
    gateway_chassis: list[Chassis],
    every_chassis: dict[str, Chassis],
    agents: Agents,
    wanted_physical_networks: set[str],
) -> None:
    """`ovn-cms-options=enable-chassis-as-gw` and `ovn-bridge-mappings=provider:br-ex` on one node at least."""
    if any(wanted_physical_networks & each.agent.physical_networks for each in gateway_chassis):
        return
    looked_at = [each.node for each in every_chassis.values()]
    hosts = {agent.host for agent in agents.of("L2") if not any(node.is_called(agent.host) for node in looked_at)}
    wanted = ", ".join(sorted(wanted_physical_networks))
    if hosts:
        pytest.skip(f"no chassis given leads to {wanted}; {', '.join(sorted(hosts))} were not given")
    is_marked = not gateway_chassis or gateway_chassis[0].is_gateway
    told = [
        f"{each.node.name} ({each.agent.spelled('bridges')}, {each.agent.spelled('gateway')})"
        for each in gateway_chassis or every_chassis.values()
    ]
    pytest.fail(
        f"no {'gateway chassis' if is_marked else 'chassis'} maps {wanted}, the "
        f"provider:physical_network of the external network: {', '.join(told)}; so no router leads outward. Fix: on a "
        "node with a card in that network ovs-vsctl set Open_vSwitch . "
        f"external_ids:ovn-bridge-mappings={min(wanted_physical_networks)}:BRIDGE "
        "external_ids:ovn-cms-options=enable-chassis-as-gw, each beside what is there already, with a comma between",
        pytrace=False,
    )


@pytest.mark.req("NEU-4")
def test_security_groups_are_on_with_ovn(controller_node: Node, ovn_server: OvnServer) -> None:
    """With OVN neutron-server makes the ACLs, if `[securitygroup] enable_security_group` lets it."""
    assert ovn_server.has_security_groups, (
        f"{controller_node.name}: [securitygroup] enable_security_group is off, so every guest is open to everyone. "
        f"Fix: {ovn_server.fix('securitygroup', 'enable_security_group', 'true')}; then neutron-ovn-db-sync-util "
        "--ovn-neutron_sync_mode repair makes the ACLs of the groups that there are"
    )


@pytest.mark.req("NEU-15")
def test_compute_node_maps_the_external_network_for_its_floating_ips(
    compute_node: Node, chassis: Chassis, ovn_servers: list[OvnServer], wanted_physical_networks: set[str]
) -> None:
    """With distributed floating IPs each compute node needs a leg of its own in the external network."""
    if not ovn_servers[0].distributes_floating_ips:
        pytest.skip(f"{ovn_servers[0].node.name}: [ovn] enable_distributed_floating_ip is off")
    assert wanted_physical_networks & chassis.agent.physical_networks, (
        f"{compute_node.name}: [ovn] enable_distributed_floating_ip is on, but {chassis.agent.spelled('bridges')} does "
        f"not map {', '.join(sorted(wanted_physical_networks))}, so its guests' floating IPs answer to nobody. "
        f"Fix: {chassis.agent.fix('bridges', f'{min(wanted_physical_networks)}:BRIDGE')}, with a card in BRIDGE"
    )


def _to_open(database: str, end: Remote) -> str:
    """What has that end open; at another port than a database's own a relay may listen, which takes no connection."""
    allow = f"iptables -I INPUT -p tcp --dport {end.port} -j ACCEPT, and save it"
    if end.port != parse_remotes(DEFAULTS[database])[0].port:
        return (
            f"on {end.host} start what is to listen at {end.port}, the database or a relay of it (kolla: the container "
            f"ovn_sb_db_relay_1 or another); {allow}"
        )
    program = "ovn-nbctl" if database == "Northbound" else "ovn-sbctl"
    return (
        f"on {end.host} start the database, {program} --no-leader-only set-connection p{end.method}:{end.port}:0.0.0.0 "
        f"where nothing listens, and {allow}"
    )


def _to_correct(server: OvnServer, database: str) -> str:
    return server.fix("ovn", CONNECTIONS[database], f"{_method(server, database)}:ADDRESS:PORT")


def _for_others(server: OvnServer) -> str:
    """Where neutron-server looks, as another node has to say it."""
    ends = server.remotes("Southbound")
    is_own = any(not end.port or is_loopback(end.host) for end in ends)
    own = f"{_method(server, 'Southbound')}:ADDRESS-OF-{server.node.name}:6642"
    return own if is_own else ",".join(map(str, ends))


def _method(server: OvnServer, database: str) -> str:
    """The method by which it is told to come, with TLS or without."""
    return next((end.method for end in server.remotes(database) if end.port), "tcp")


def _names(nodes: Sequence[Node]) -> str:
    return " and ".join(node.name for node in nodes)


def _to_rename(owners: Sequence[Node]) -> str:
    left = "what stays DOWN in openstack network agent list, delete"
    if deployed_by := owners[-1].service("openvswitch").deployed_by:
        return f"give each node a host name of its own, or kolla's openvswitch_system_id, then {deployed_by}; {left}"
    return (
        f"on {_names(owners[1:]) or 'it'}, systemctl stop ovn-controller; uuidgen > "
        "/etc/openvswitch/system-id.conf; systemctl restart openvswitch-switch (RDO: openvswitch); systemctl start "
        f"ovn-controller; {left}"
    )
