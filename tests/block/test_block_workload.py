import pytest
from openstack.block_storage.v3.volume import Volume
from openstack.connection import Connection

from fixtures.deadlines import Deadlines
from fixtures.guest import Guest
from fixtures.logical_volumes import LogicalVolumes
from fixtures.volume import delete_volume, serial_of, volume_exists
from fixtures.waiting import wait_for


@pytest.mark.req("CIN-3")
def test_created_volume_is_available(volume: Volume) -> None:
    """`cinder create --name demo-v1 1` ends in an available volume of 1 GiB."""
    assert (volume.status, volume.size) == ("available", 1), (
        f"volume {volume.id} is {volume.status} with {volume.size} GiB, expected available with 1. "
        "Mend: read cinder-volume's log on the block node"
    )


@pytest.mark.req("CIN-3")
def test_created_volume_is_listed(cloud: Connection, volume: Volume) -> None:
    """`cinder list` shows the volume."""
    listed = {each.id for each in cloud.block_storage.volumes()}
    assert volume.id in listed, f"volume {volume.id} is not listed. Mend: read cinder-api's log"


@pytest.mark.req("CIN-3")
def test_created_volume_is_a_logical_volume(volume: Volume, logical_volumes: LogicalVolumes) -> None:
    """`lvs` on the block node shows the volume."""
    assert logical_volumes.has(volume), (
        f"no logical volume of {volume.id} on {logical_volumes.where}. "
        "Mend: compare volume_group in cinder.conf with vgs"
    )


@pytest.mark.req("CIN-3")
def test_deleted_volume_is_gone(cloud: Connection, spare_volume: Volume, deadlines: Deadlines) -> None:
    """After `cinder delete` the API knows the volume no more."""
    delete_volume(cloud, spare_volume, deadlines)
    assert not volume_exists(cloud, spare_volume), (
        f"volume {spare_volume.id} is still there. "
        "Mend: read cinder-volume's log; cinder reset-state, then delete again"
    )


@pytest.mark.req("CIN-3")
def test_deleted_volume_leaves_no_logical_volume(
    cloud: Connection, spare_volume: Volume, logical_volumes: LogicalVolumes, deadlines: Deadlines
) -> None:
    """After `cinder delete` the block node has its space back."""
    delete_volume(cloud, spare_volume, deadlines)
    assert not logical_volumes.has(spare_volume), (
        f"the logical volume of {spare_volume.id} is still on {logical_volumes.where}. "
        "Mend: lvs; lvremove what no volume of the API owns"
    )


@pytest.mark.req("CIN-4")
def test_attached_volume_is_in_use(cloud: Connection, attached_volume: Volume) -> None:
    """`nova volume-attach` makes the volume in-use."""
    status = cloud.block_storage.get_volume(attached_volume.id).status
    assert status == "in-use", (
        f"volume {attached_volume.id} is {status}, not in-use. "
        "Mend: on the compute node check iscsid and nova-compute's log"
    )


@pytest.mark.req("CIN-4")
def test_guest_sees_the_attached_disk(guest: Guest, attached_volume: Volume, deadlines: Deadlines) -> None:
    """`lsblk` in the guest shows a new disk of 1 GiB."""
    serial = serial_of(attached_volume)
    wait_for(
        f"a disk of {attached_volume.size} GiB with the serial number {serial} in the guest",
        probe=lambda: guest.disks,
        until=lambda disks: disks.get(serial) == attached_volume.size,
        deadline=deadlines.disk_visible,
        mend="on the compute node, iscsiadm -m session and virsh domblklist",
    )
