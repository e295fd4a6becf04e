import allure
import pytest
from openstack.block_storage.v3.snapshot import Snapshot
from openstack.block_storage.v3.volume import Volume
from openstack.compute.v2.server import Server
from openstack.connection import Connection

from fixtures.block.logical_volumes import LogicalVolumes
from fixtures.block.snapshot import snapshot_exists
from fixtures.block.volume import serial_of, volume_exists
from fixtures.compute.console import wait_until_booted
from fixtures.compute.server import wait_until_active
from fixtures.core.deadlines import Deadlines
from fixtures.core.redaction import redact
from fixtures.core.waiting import wait_for
from fixtures.guest.guest import Guest
from fixtures.nodes.node import Node


@pytest.mark.req("CIN-3")
def test_created_volume_is_available(volume: Volume) -> None:
    """`cinder create --name demo-v1 1` ends in an available volume of 1 GiB."""
    assert (volume.status, volume.size) == ("available", 1), (
        f"volume {volume.id} is {volume.status} with {volume.size} GiB, expected available with 1. "
        "Fix: read cinder-volume's log on the block node"
    )


@pytest.mark.req("CIN-3")
def test_created_volume_is_listed(cloud: Connection, volume: Volume) -> None:
    """`cinder list` shows the volume."""
    listed = {each.id for each in cloud.block_storage.volumes()}
    assert volume.id in listed, f"volume {volume.id} is not listed. Fix: read cinder-api's log"


@pytest.mark.req("CIN-3")
@pytest.mark.proves_cause
def test_created_volume_is_a_logical_volume(volume: Volume, logical_volumes: LogicalVolumes) -> None:
    """`lvs` on the block node shows the volume."""
    assert logical_volumes.has(volume), (
        f"no logical volume of {volume.id} on {logical_volumes.where}. "
        "Fix: compare volume_group in cinder.conf with vgs"
    )


@pytest.mark.req("CIN-5")
def test_volume_from_image_is_bootable(bootable_volume: Volume) -> None:
    """`cinder create --image-id` fills a volume with the image."""
    assert bootable_volume.is_bootable, (
        f"volume {bootable_volume.id}, made of an image, is not bootable. Fix: read cinder-volume's log; "
        "glance_api_servers in its cinder.conf, and qemu-img on the block node"
    )


@pytest.mark.req("CIN-3")
def test_deleted_volume_is_gone(cloud: Connection, deleted_volume: Volume) -> None:
    """After `cinder delete` the API knows the volume no more."""
    assert not volume_exists(cloud, deleted_volume), (
        f"volume {deleted_volume.id} is still there. Fix: read cinder-volume's log; cinder reset-state, then "
        "delete again"
    )


@pytest.mark.req("CIN-3")
@pytest.mark.proves_cause
def test_deleted_volume_leaves_no_logical_volume(deleted_volume: Volume, logical_volumes: LogicalVolumes) -> None:
    """After `cinder delete` the block node has its space back."""
    assert not logical_volumes.has(deleted_volume), (
        f"the logical volume of {deleted_volume.id} is still on {logical_volumes.where}. "
        "Fix: lvs; lvremove what no volume of the API owns"
    )


@pytest.mark.req("CIN-4")
def test_attached_volume_is_in_use(attached_volume: Volume) -> None:
    """`nova volume-attach` makes the volume in-use."""
    assert attached_volume.status == "in-use", (
        f"volume {attached_volume.id} is {attached_volume.status}, not in-use. "
        "Fix: on the compute node check iscsid and nova-compute's log"
    )


@pytest.mark.req("CIN-2")
@pytest.mark.proves_cause
def test_portal_handed_out_opens_from_every_compute_node(
    compute_nodes: list[Node],
    handed_out_iscsi_portal: tuple[str, int],
    closed_iscsi_portals: dict[str, str],
    subtests: pytest.Subtests,
) -> None:
    """Where Cinder sent the one node, it may send each of them."""
    address, port = handed_out_iscsi_portal
    for node in compute_nodes:
        with subtests.test(node.name):
            reason = closed_iscsi_portals.get(node.name)
            assert not reason, (
                f"{node.name} cannot open {address}:{port}, where Cinder sends it for an attached volume: {reason}. "
                f"Fix: the route of {node.name} to {address}, and the block node's firewall for tcp port {port}"
            )


@pytest.mark.req("CIN-4")
def test_guest_sees_the_attached_disk(disk_of_attached_volume: float, attached_volume: Volume) -> None:
    """`lsblk` in the guest shows a new disk of 1 GiB."""
    assert disk_of_attached_volume == attached_volume.size, (
        f"the guest sees {disk_of_attached_volume:g} GiB of volume {attached_volume.id}, which has "
        f"{attached_volume.size}. Fix: on the compute node, iscsiadm -m session and virsh domblklist"
    )


@pytest.mark.req("CIN-4")
def test_detach_takes_the_disk_from_the_guest(guest: Guest, detached_volume: Volume, deadlines: Deadlines) -> None:
    """After `nova volume-detach` `lsblk` in the guest shows the disk no more."""
    serial = serial_of(detached_volume)
    wait_for(
        f"the disk with the serial number {serial} to leave the guest",
        probe=lambda: guest.disks,
        until=lambda disks: serial not in disks,
        deadline=deadlines.disk_gone,
        fix="on the compute node, virsh domblklist and virsh detach-disk; nova-compute's log",
    )


@pytest.mark.req("CIN-4")
@pytest.mark.proves_cause
def test_detach_leaves_no_session_on_the_compute_node(
    iscsi_traces_in_use: dict[str, list[str]],
    iscsi_traces_left: dict[str, list[str]],
    detached_volume: Volume,
    deadlines: Deadlines,
) -> None:
    """A session that is left over keeps the target busy, and its disk gives errors for ever."""
    if not iscsi_traces_in_use:
        pytest.skip("no given compute node had an iSCSI session for the volume: other storage, or a node not given")
    assert not iscsi_traces_left, (
        f"{deadlines.disk_gone:g} s after volume {detached_volume.id} was detached there is still of it "
        f"{iscsi_traces_left}, expected no iSCSI session and no disk. Fix: on that node iscsiadm -m node -T TARGET -u, "
        "then -o delete; why it was left: nova-compute's log"
    )


@pytest.mark.req("CIN-4")
def test_file_system_is_read_back_on_another_server(text_read_elsewhere: str, written_text: str) -> None:
    """What one server wrote, another reads: the data are on the volume, and it is the same volume."""
    assert text_read_elsewhere == written_text, (
        f"the other server reads {text_read_elsewhere!r} where the first wrote {written_text!r}. "
        "Fix: dmesg in the guests and on the compute nodes; lvs and the iSCSI target on the block node"
    )


@pytest.mark.req("CIN-5")
def test_snapshot_is_available(snapshot: Snapshot, detached_volume: Volume) -> None:
    """`cinder snapshot-create` ends in an available snapshot of the whole volume."""
    seen = (snapshot.status, snapshot.size, snapshot.volume_id)
    expected = ("available", detached_volume.size, detached_volume.id)
    assert seen == expected, (
        f"snapshot {snapshot.id} has (status, GiB, volume) = {seen}, expected {expected}. "
        "Fix: read cinder-volume's log on the block node"
    )


@pytest.mark.req("CIN-5")
@pytest.mark.proves_cause
def test_snapshot_is_a_logical_volume(
    snapshot: Snapshot, stored_snapshot: bool, logical_volumes: LogicalVolumes
) -> None:
    """`lvs` on the block node shows the snapshot."""
    assert stored_snapshot, (
        f"no logical volume of snapshot {snapshot.id} on {logical_volumes.where}. "
        "Fix: lvs there, and lvcreate in cinder-volume's log"
    )


@pytest.mark.req("CIN-5")
def test_volume_from_snapshot_has_its_size(restored_volume: Volume, snapshot: Snapshot) -> None:
    """`cinder create --snapshot-id` ends in an available volume as large as the snapshot."""
    seen = (restored_volume.status, restored_volume.size)
    assert seen == ("available", snapshot.size), (
        f"volume {restored_volume.id} is (status, GiB) = {seen}, expected available with {snapshot.size}. "
        "Fix: read cinder-volume's log on the block node"
    )


@pytest.mark.req("CIN-5")
def test_volume_from_snapshot_has_its_data(restored_text: str, written_text: str) -> None:
    """A guest reads from the new volume what was on the first when the snapshot was made."""
    assert restored_text == written_text, (
        f"the volume made of the snapshot gives {restored_text!r}, the snapshot was of {written_text!r}. "
        "Fix: dd (or the driver's clone) in cinder-volume's log; a thick snapshot that ran full in lvs (Data%)"
    )


@pytest.mark.req("CIN-5")
def test_deleted_snapshot_is_gone(cloud: Connection, deleted_snapshot: Snapshot) -> None:
    """After `cinder snapshot-delete` the API knows the snapshot no more."""
    assert not snapshot_exists(cloud, deleted_snapshot), (
        f"snapshot {deleted_snapshot.id} is still there. Fix: read cinder-volume's log; cinder "
        "snapshot-reset-state, then delete again"
    )


@pytest.mark.req("CIN-5")
@pytest.mark.proves_cause
def test_deleted_snapshot_leaves_no_logical_volume(deleted_snapshot: Snapshot, logical_volumes: LogicalVolumes) -> None:
    """After `cinder snapshot-delete` the block node has its space back."""
    assert not logical_volumes.has(deleted_snapshot), (
        f"the logical volume of snapshot {deleted_snapshot.id} is still on {logical_volumes.where}. "
        "Fix: lvs; lvremove what no snapshot of the API owns"
    )


@pytest.mark.req("CIN-5")
def test_extended_volume_has_its_new_size(spare_volume: Volume, extended_volume: Volume) -> None:
    """`cinder extend VOLUME 2` makes 2 GiB of 1."""
    assert extended_volume.size == 2 * spare_volume.size, (
        f"volume {extended_volume.id} still has {extended_volume.size} GiB, asked for {2 * spare_volume.size}. "
        "Fix: openstack volume message list; vgs on the block node; cinder-scheduler's and cinder-volume's log"
    )


@pytest.mark.req("CIN-5")
@pytest.mark.proves_cause
def test_extended_volume_has_a_larger_logical_volume(
    extended_volume: Volume, stored_extended_volume: float | None, logical_volumes: LogicalVolumes
) -> None:
    """`lvs` on the block node says the same as the API."""
    assert stored_extended_volume == extended_volume.size, (
        f"volume {extended_volume.id} has {extended_volume.size} GiB for the API, {stored_extended_volume} on "
        f"{logical_volumes.where}. "
        "Fix: lvextend in cinder-volume's log; lvs"
    )


@pytest.mark.req("CIN-5")
def test_server_on_a_volume_becomes_active(cloud: Connection, volume_server: Server, deadlines: Deadlines) -> None:
    """`openstack server create --volume` ends in ACTIVE, with the volume as the root disk."""
    server = wait_until_active(cloud, volume_server, deadlines)
    assert not server.image or not server.image.id, (
        f"server {server.id} was made of image {server.image.id}, not of the volume. Fix: read nova-api's log"
    )


@pytest.mark.req("CIN-5")
def test_guest_boots_from_a_volume(cloud: Connection, volume_server: Server, deadlines: Deadlines) -> None:
    """The guest's console shows a login prompt, so its kernel and its files came over the volume."""
    wait_until_active(cloud, volume_server, deadlines)
    console = wait_until_booted(cloud, volume_server, deadlines)
    allure.attach(redact(console), "console", allure.attachment_type.TEXT)
