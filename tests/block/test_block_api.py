import shlex

import pytest
from openstack.connection import Connection

from fixtures.block.backends import Backend
from fixtures.block.default_volume_type import DefaultVolumeType
from fixtures.block.default_volume_zone import DefaultVolumeZone, default_type_has_zones
from fixtures.block.volume_services import hosts_not_given, unregistered
from fixtures.cloud.service_reports import ServiceReport, late_among, longest, reports_of
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("CIN-2")
@pytest.mark.parametrize("binary", ["cinder-scheduler", "cinder-volume"])
def test_block_service_is_up(volume_services: list[ServiceReport], restarting: Restarting, binary: str) -> None:
    """Someone chooses where a volume goes, and someone makes it."""
    reports = reports_of(volume_services, binary)
    assert any(report.is_up for report in reports), (
        f"no {binary} is enabled and up; Cinder lists {reports or 'none at all'}. Fix: {restarting.of(binary)}; "
        f"openstack volume service set --enable HOST {binary}"
    )


@pytest.mark.req("CIN-2")
def test_block_node_is_registered_and_up(
    block_node: Node, own_backends: list[Backend], own_volume_services: list[ServiceReport]
) -> None:
    """cinder-volume has reported from every block node, for each of its backends."""
    service = block_node.service("cinder-volume")
    missing = unregistered(own_backends, own_volume_services)
    assert not missing, (
        f"cinder-volume on {block_node.name} never registered {', '.join(missing)} with Cinder. Fix: on "
        f"{block_node.name} check transport_url, [database] connection, enabled_backends and backend_host in "
        f"cinder.conf, and {service.to_see_why}"
    )
    down = [report for report in own_volume_services if not (report.is_up or report.is_put_aside)]
    assert not down, (
        f"Cinder sees {down}, not enabled and up. Fix: on {block_node.name} {service.restart} and read "
        f"{service.to_see_why} (a driver that is not initialized); "
        f"openstack volume service set --enable {down[0].host} cinder-volume"
    )
    if aside := [report for report in own_volume_services if report.is_put_aside]:
        pytest.skip(f"{', '.join(map(str, aside))}: somebody keeps volumes off it, and says why")


@pytest.mark.req("CIN-2")
def test_every_running_block_service_reported_recently(
    volume_services: list[ServiceReport], volume_silence: float | None
) -> None:
    """A service is taken for dead after 60 s of silence (Cinder's service_down_time), which a file may make longer."""
    late = late_among(volume_services, volume_silence)
    assert not late, (
        f"{', '.join(map(str, late))}: no report for {longest(volume_silence):.0f} s or more. "
        "Fix: compare the nodes' clocks (chronyc tracking), and read the service's log for a lost database"
    )


@pytest.mark.req("CIN-2")
def test_no_dead_volume_service_is_on_an_unknown_node(
    volume_services: list[ServiceReport], nodes: Nodes, all_backends: list[Backend]
) -> None:
    """A dead cinder-volume of an unknown host is what a renamed or forgotten node left, and its volumes are orphans."""
    hosts = hosts_not_given(reports_of(volume_services, "cinder-volume"), nodes, all_backends)
    assert not hosts, (
        f"no cinder-volume reports any more on {', '.join(hosts)}, which --hosts={nodes.given} does not give. "
        "Fix: cinder-manage service remove cinder-volume HOST@BACKEND for what a renamed host left, or start it there"
    )


@pytest.mark.req("CIN-3")
def test_default_volume_type_has_a_backend(
    default_volume_type: DefaultVolumeType, pool_backends: set[str], restarting: Restarting
) -> None:
    """`openstack volume type show -c properties`: some cinder-volume reports that volume_backend_name."""
    assert default_volume_type.backend in pool_backends, (
        f"the default volume type {default_volume_type.name} asks for volume_backend_name = "
        f"{default_volume_type.backend}, and Cinder's pools are of {', '.join(sorted(pool_backends))}: no volume "
        "of that type finds a place. Fix: openstack volume type set --property "
        f"volume_backend_name={min(pool_backends)} {default_volume_type.name}; or that name in the backend's "
        f"section of cinder.conf, then {restarting.of('cinder-volume')}"
    )


@pytest.mark.req("CIN-3")
def test_default_zone_has_a_volume_service(
    controller_node: Node,
    operator: Connection,
    default_volume_zone: DefaultVolumeZone,
    volume_services: list[ServiceReport],
    restarting: Restarting,
) -> None:
    """`storage_availability_zone`: who names no zone gets the controller's, and there must be a cinder-volume."""
    zones = sorted({each.zone for each in reports_of(volume_services, "cinder-volume")})
    assert not zones or default_volume_zone.name in zones or default_type_has_zones(operator), (
        f"{controller_node.name}: a volume for which nobody names a zone is made in {default_volume_zone}, but each "
        f"cinder-volume is in {', '.join(zones)}: no volume finds a place. Fix: on "
        f"{controller_node.name} set [DEFAULT] default_availability_zone = {shlex.quote(zones[0])} in "
        f"{default_volume_zone.file}, then {default_volume_zone.to_restart} and cinder-api; or on the block nodes set "
        f"storage_availability_zone = {default_volume_zone.name} in cinder.conf, then "
        f"{restarting.of('cinder-volume')}"
    )
