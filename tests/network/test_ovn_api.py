import pytest
from openstack.connection import Connection
from openstack.network.v2.router import Router
from openstack.network.v2.security_group import SecurityGroup
from openstack.network.v2.subnet import Subnet

from fixtures.cloud.agents import Agents
from fixtures.cloud.service_reports import ServiceReport, reports_of
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import wait_for
from fixtures.network.addresses import outside_ports
from fixtures.network.chassis import Chassis
from fixtures.network.chassis_tunnels import missing_tunnels
from fixtures.network.drivers.driver import Driver
from fixtures.network.northbound import REPAIR, Northbound, group_name, rules_in
from fixtures.network.southbound import GATEWAY_PORT, Southbound
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting
from fixtures.nodes.service_needs import inside


@pytest.mark.req("OVN-1")
@pytest.mark.waits
def test_chassis_takes_over_the_newest_configuration(
    l2_node: Node, chassis: Chassis, southbound: Southbound, restarting: Restarting, deadlines: Deadlines
) -> None:
    """`ovn-sbctl list Chassis_Private`: its nb_cfg is that of SB_Global."""
    now = southbound.progress()
    if not now.is_told:
        pytest.skip("enable_chassis_nb_cfg_update = false, so no chassis tells how far it is")
    restart = restarting.of("ovn-controller", l2_node.hostname)
    assert chassis.name in now.reached, (
        f"{l2_node.name}: {southbound} has no chassis {chassis.name or '(no system-id)'}; it has "
        f"{', '.join(sorted(now.reached)) or 'none'}. Fix: {restart}, and read why it does not register there"
    )
    wait_for(
        f"{l2_node.name}: chassis {chassis.name} to take over configuration {now.newest} of {southbound}",
        probe=lambda: southbound.progress().reached.get(chassis.name, -1),
        until=lambda reached: reached >= now.newest,
        deadline=deadlines.port_active,
        fix=restart,
    )


@pytest.mark.req("NEU-3")
def test_tunnels_lead_to_every_other_chassis(
    l2_node: Node,
    chassis: Chassis,
    every_chassis: dict[str, Chassis],
    chassis_tunnels: dict[str, str],
    restarting: Restarting,
) -> None:
    """`ovs-vsctl find Interface type=geneve` has each other's encapsulation address as remote_ip, without an error."""
    missing = missing_tunnels(chassis, every_chassis, chassis_tunnels)
    assert not missing, (
        f"{l2_node.name} has no tunnel to {missing}. Fix: {restarting.of('ovn-controller', l2_node.hostname)}; see in "
        "the other's external_ids that ovn-remote, ovn-encap-ip and ovn-encap-type are set (OVN-1, OVN-2)"
    )


@pytest.mark.req("OVN-2")
def test_neutron_lists_the_chassis_under_novas_name(
    compute_node: Node, agents: Agents, compute_services: list[ServiceReport], restarting: Restarting
) -> None:
    """The host in `openstack network agent list` is that in `openstack compute service list`; else "Binding failed"."""
    if not agents.are_ovns:
        pytest.skip("OVN does not wire this cloud's guests")
    reports = reports_of(compute_services, "nova-compute")
    hosts = {report.host for report in reports if compute_node.is_called(report.host)}
    if not hosts:
        pytest.skip(f"{compute_node.name}: Nova knows no nova-compute there (NOVA-1)")
    assert hosts & {agent.host for agent in agents.of("L2")}, (
        f"Nova calls {compute_node.name} {' or '.join(sorted(hosts))}, Neutron lists OVN's chassis on "
        f"{agents.hosts_of('L2')}: no port can be bound there. Fix: on {compute_node.name} "
        f"{inside(compute_node.service('openvswitch'), 'ovs-vsctl')} set Open_vSwitch . "
        f"external_ids:hostname={min(hosts)}; {restarting.of('ovn-controller', compute_node.hostname)}"
    )


@pytest.mark.req("OVN-3")
@pytest.mark.waits
def test_routers_gateway_is_on_a_gateway_chassis(
    operator: Connection, router: Router, southbound: Southbound, network_driver: Driver, deadlines: Deadlines
) -> None:
    """`ovn-sbctl find Port_Binding logical_port=cr-lrp-…`: its chassis is one that Neutron may take."""
    ports = outside_ports(operator, router) or pytest.skip(f"router {router.id} has no port outside: see NEU-9")
    name = GATEWAY_PORT.format(ports[0].id)
    bound = wait_for(
        f"{name}, the gateway port of router {router.id}, to be bound on a chassis, says {southbound}",
        probe=lambda: southbound.binding(name),
        until=lambda found: bool(found and found.chassis),
        deadline=deadlines.port_active,
        fix=f"{network_driver.fixes.outside}; {network_driver.fixes.routing}",
    )
    gateways = southbound.gateways()
    assert bound and (bound.chassis in gateways or not gateways), (
        f"{name}, the gateway port of router {router.id}, is {bound}, which is no gateway chassis; these are "
        f"{', '.join(gateways.values())}. Fix: {network_driver.fixes.outside}; where it does, Neutron may be older "
        "than its OVN: until 2022 it asked external_ids of the Southbound's Chassis, where OVN 23.03 has none"
    )


@pytest.mark.req("NEU-4")
@pytest.mark.waits
def test_rules_of_a_security_group_are_acls(
    cloud: Connection, security_group: SecurityGroup, northbound: Northbound, deadlines: Deadlines
) -> None:
    """`ovn-nbctl --type=port-group acl-list pg_…` has one for each rule of the group."""
    rules = {str(rule.id): rule for rule in cloud.network.security_group_rules(security_group_id=security_group.id)}
    told = {
        rule_id: f"{rule.direction} {rule.ether_type} {rule.protocol or 'any'} {rule.port_range_min or ''}".strip()
        for rule_id, rule in rules.items()
    }
    name = group_name(security_group.id)
    wait_for(
        f"{northbound}: an ACL in {name} for each rule of security group {security_group.id}; missing",
        probe=lambda: [told[each] for each in sorted(told.keys() - rules_in(northbound.acls_in(name)))],
        until=lambda missing: not missing,
        deadline=deadlines.rules_applied,
        fix=f"[securitygroup] enable_security_group = true for neutron-server; {REPAIR}",
    )


@pytest.mark.req("NEU-8")
@pytest.mark.waits
def test_ovn_has_the_answers_for_a_subnets_guests(subnet: Subnet, northbound: Northbound, deadlines: Deadlines) -> None:
    """`ovn-nbctl list DHCP_Options` has the subnet's range and gateway: OVN's own controllers hand them out."""
    wait_for(
        f"{northbound}: DHCP options for subnet {subnet.id}, with {subnet.cidr} and the router {subnet.gateway_ip}",
        probe=lambda: northbound.dhcp_of_subnet(subnet.id),
        until=lambda found: any(each.fits(subnet) for each in found),
        deadline=deadlines.port_active,
        fix=f"openstack subnet show -c enable_dhcp; {REPAIR}",
    )
