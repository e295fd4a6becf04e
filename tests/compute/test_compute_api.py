import shlex

import pytest
from openstack.compute.v2.flavor import Flavor
from openstack.compute.v2.hypervisor import Hypervisor
from openstack.compute.v2.keypair import Keypair
from openstack.connection import Connection
from openstack.placement.v1.resource_provider import ResourceProvider

from fixtures.cloud.service_reports import ServiceReport, late_among, longest, reports_of
from fixtures.compute.cells import CellHosts
from fixtures.compute.host_room import shortages
from fixtures.compute.hypervisors import hypervisor_of
from fixtures.compute.local_key import LocalKey
from fixtures.compute.orphaned_allocations import OrphanedAllocation
from fixtures.compute.resource_providers import provider_of, to_report
from fixtures.compute.roomy_providers import guest_needs
from fixtures.compute.stale_providers import StaleProvider
from fixtures.compute.unfit_host import why_no_processor
from fixtures.core.settings import Settings
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting
from fixtures.session.read_only import is_read_only

control_services = pytest.mark.parametrize("binary", ["nova-scheduler", "nova-conductor", "nova-consoleauth"])
resources = pytest.mark.parametrize("resource", ["VCPU", "MEMORY_MB", "DISK_GB"])


@pytest.mark.req("NOVA-1")
@control_services
def test_control_service_is_up(
    expected_compute_services: list[ServiceReport], restarting: Restarting, binary: str
) -> None:
    """Nova's control services are enabled and up."""
    assert any(report.is_up for report in expected_compute_services), (
        f"no {binary} is enabled and up; Nova lists {expected_compute_services or 'none at all'}. "
        f"Fix: {restarting.of(binary)}; openstack compute service set --enable HOST {binary}"
    )


@pytest.mark.req("NOVA-1")
def test_compute_node_is_registered_and_up(
    compute_node: Node, compute_services: list[ServiceReport], restarting: Restarting
) -> None:
    """nova-compute has reported from every compute node."""
    reports = [r for r in reports_of(compute_services, "nova-compute") if compute_node.is_called(r.host)]
    assert reports, (
        f"nova-compute on {compute_node.name} never registered with Nova. "
        f"Fix: on {compute_node.name} check transport_url in nova.conf, that the broker's port 5672 opens, "
        f"and {compute_node.service('nova-compute').to_see_why}; then nova-manage cell_v2 discover_hosts"
    )
    if reports[0].is_put_aside:
        pytest.skip(f"{reports[0]}: somebody keeps servers off it, and says why")
    assert reports[0].is_up, (
        f"Nova sees {reports[0]}, not enabled and up. Fix: {restarting.of('nova-compute', reports[0].host)}; "
        f"openstack compute service set --enable {reports[0].host} nova-compute"
    )


@pytest.mark.req("NOVA-1")
def test_every_running_service_reported_recently(
    compute_services: list[ServiceReport], compute_silence: float | None
) -> None:
    """A service is taken for dead after 60 s of silence (Nova's service_down_time), which a file may make longer."""
    late = late_among(compute_services, compute_silence)
    assert not late, (
        f"{', '.join(map(str, late))}: no report for {longest(compute_silence):.0f} s or more. "
        "Fix: compare the nodes' clocks (chronyc tracking), and read the service's log for a lost broker."
    )


@pytest.mark.req("NOVA-8")
def test_compute_node_is_mapped_to_a_cell(compute_node: Node, cell_hosts: CellHosts) -> None:
    """`nova-manage cell_v2 discover_hosts` has found the node; until then no server is placed there."""
    assert any(compute_node.is_called(host) for host in cell_hosts.hosts), (
        f"nova-manage cell_v2 list_hosts on {cell_hosts.told_by} shows {', '.join(cell_hosts.hosts) or 'no host'}, "
        f"not {compute_node.name}. Fix: on {cell_hosts.told_by}, "
        'su -s /bin/sh -c "nova-manage cell_v2 discover_hosts --verbose" nova'
    )


@pytest.mark.req("NOVA-8")
def test_compute_node_is_an_up_hypervisor(
    compute_node: Node, hypervisors: list[Hypervisor], restarting: Restarting
) -> None:
    """`openstack hypervisor list` shows the node, up."""
    found = hypervisor_of(compute_node, hypervisors)
    assert found, (
        f"{compute_node.name} is not in the hypervisor list, which has "
        f"{', '.join(each.name for each in hypervisors) or 'none'}. Fix: on the controller, nova-manage cell_v2 "
        f"discover_hosts; on {compute_node.name} read nova-compute's log: libvirt may not answer it"
    )
    assert found.state == "up", (
        f"hypervisor {found.name} is {found.state}, not up. Fix: {restarting.of('nova-compute', found.name)} for a "
        "lost broker"
    )


@pytest.mark.req("NOVA-8")
def test_placement_has_a_provider_of_the_hypervisor(
    compute_node: Node, hypervisors: list[Hypervisor], resource_providers: list[ResourceProvider]
) -> None:
    """Placement knows the node under the name and the UUID that Nova has for it."""
    hypervisor, provider = hypervisor_of(compute_node, hypervisors), provider_of(compute_node, resource_providers)
    assert provider, (
        f"Placement has no resource provider of {compute_node.name}; it has "
        f"{', '.join(each.name for each in resource_providers) or 'none'}. {to_report(compute_node)}"
    )
    assert hypervisor is None or provider.id == hypervisor.id, (
        f"{compute_node.name} is {provider.id} in Placement, but {hypervisor.id} in Nova: left over from an earlier "
        f"installation. Fix: openstack resource provider delete {provider.id}, then "
        f"{compute_node.service('nova-compute').restart} there"
    )


@pytest.mark.req("NOVA-8")
@resources
def test_provider_has_something_to_offer(
    compute_node: Node, resource_provider_inventory: dict[str, int], resource: str
) -> None:
    """Without each of these the scheduler finds "No valid host"."""
    if resource == "VCPU" and (dedicated := why_no_processor(compute_node.name, resource_provider_inventory)):
        pytest.skip(dedicated)
    assert resource_provider_inventory.get(resource, 0) > 0, (
        f"{compute_node.name} offers {resource_provider_inventory.get(resource, 'no')} {resource} in Placement (total "
        f"less reserved): {resource_provider_inventory or 'nothing at all'}. Fix: on {compute_node.name} compare "
        "reserved_host_cpus, reserved_host_memory_mb and reserved_host_disk_mb in nova.conf with the host; "
        "nova-compute's log"
    )


@pytest.mark.req("NOVA-8")
def test_compute_node_has_room_for_a_guest(
    compute_node: Node,
    operator: Connection,
    root_resource_providers: list[ResourceProvider],
    roomy_providers: frozenset[str],
    settings: Settings,
    pytestconfig: pytest.Config,
) -> None:
    """Placement leaves out a full host before the scheduler's filters see it: "No valid host was found"."""
    provider = provider_of(compute_node, root_resource_providers)
    if not provider or provider.id in roomy_providers:
        return
    short = shortages(operator, provider.id, guest_needs(settings))
    if short and is_read_only(pytestconfig):
        pytest.skip(f"{compute_node.name} has no room for a guest, and this run boots none there")
    if short and all(each.is_taken for each in short):
        pytest.skip(
            f"{compute_node.name} is full: {'; '.join(map(str, short))}. Whether nobody has it, tells NOVA-8, too"
        )
    assert not short, (
        f"{compute_node.name} has no room for a guest in Placement: {'; '.join(map(str, short))}. Fix: see who has it "
        f"(openstack resource provider show --allocations {provider.id}; openstack server list --all-projects --host "
        f"{provider.name}); on {compute_node.name}, reserved_host_… and …_allocation_ratio in nova.conf, then "
        f"{compute_node.service('nova-compute').restart}; or --role=compute=-{compute_node.name} where it may be full"
    )


@pytest.mark.req("NOVA-8")
def test_default_zone_has_a_host(
    controller_node: Node, nova_conf: EffectiveConfig, compute_services: list[ServiceReport], restarting: Restarting
) -> None:
    """`default_schedule_zone`: whoever names no zone gets this one, in which there must be a host."""
    zone = nova_conf.get("default_schedule_zone")
    hosts = reports_of(compute_services, "nova-compute")
    zones = sorted({each.zone for each in hosts if each.is_up})
    assert not zone or not hosts or zone in zones, (
        f"{controller_node.name}: default_schedule_zone = {zone} ({nova_conf.origin('default_schedule_zone')}), but no "
        f"nova-compute that is enabled and up is in that zone; they are in {', '.join(zones) or 'none'}. Fix: on "
        f"{controller_node.name}, correct it or leave it out, then "
        f"{restarting.of('nova-api', controller_node.hostname)}; or openstack aggregate create --zone "
        f"{shlex.quote(zone or '')} AGGREGATE, and openstack aggregate add host AGGREGATE HOST"
    )


@pytest.mark.req("NOVA-8")
@pytest.mark.waits
def test_allocations_belong_to_servers(
    orphaned_allocations: list[OrphanedAllocation], subtests: pytest.Subtests
) -> None:
    """What a server had is free again once it is deleted; else a host is full with nobody on it."""
    for orphan in orphaned_allocations:
        with subtests.test(f"{orphan.host}: {orphan.consumer}"):
            pytest.fail(str(orphan), pytrace=False)


@pytest.mark.req("NOVA-8")
@pytest.mark.waits
def test_providers_belong_to_hosts(stale_providers: list[StaleProvider], subtests: pytest.Subtests) -> None:
    """A host that was renamed or taken away leaves its provider behind, which still offers what is not there."""
    for provider in stale_providers:
        with subtests.test(provider.name):
            pytest.fail(
                f"Placement has a resource provider {provider.name} with processors, but Nova has no such host. Fix: "
                f"openstack resource provider show --allocations {provider.id}; openstack resource provider allocation "
                f"delete CONSUMER for each that is no server; openstack resource provider delete {provider.id}",
                pytrace=False,
            )


@pytest.mark.req("NOVA-12")
def test_flavor_has_the_values_asked_for(operator: Connection, flavor: Flavor, settings: Settings) -> None:
    """`openstack flavor create --vcpus 1 --ram 64 --disk 1 m1.nano` keeps its numbers."""
    kept = operator.compute.get_flavor(flavor.id)
    asked = (1, settings.flavor_ram, 1)
    assert (kept.vcpus, kept.ram, kept.disk) == asked, (
        f"flavor {kept.name} has (VCPU, MiB, GiB) = {(kept.vcpus, kept.ram, kept.disk)}, asked for {asked}. "
        "Fix: read nova-api's log."
    )


@pytest.mark.req("NOVA-13")
def test_keypair_has_the_fingerprint_of_the_local_key(cloud: Connection, keypair: Keypair, local_key: LocalKey) -> None:
    """`openstack keypair create --public-key` stores the very key."""
    kept = cloud.compute.get_keypair(keypair.name)
    assert kept.fingerprint == local_key.fingerprint, (
        f"Nova's key pair has the fingerprint {kept.fingerprint}, the file {local_key.fingerprint}. "
        "Fix: read nova-api's log."
    )
