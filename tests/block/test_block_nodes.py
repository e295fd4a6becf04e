import pytest

from fixtures.block.backends import Backend
from fixtures.block.lvm import Lvm, VolumeGroup, hidden_groups
from fixtures.block.volume import SIZE
from fixtures.nodes.namespaces import why_closed
from fixtures.nodes.node import Node
from fixtures.nodes.systemd_units import Unit


@pytest.mark.req("CIN-1")
def test_volume_group_exists(block_node: Node, own_lvm_backends: list[Backend], lvm: Lvm) -> None:
    """`vgs` shows the volume group that cinder.conf names."""
    missing = [each for each in own_lvm_backends if each.volume_group not in lvm.groups]
    named = ", ".join(f"{each.volume_group} ({each.origin('volume_group')})" for each in missing)
    hidden = ", ".join(hidden_groups(block_node, (each.volume_group for each in missing))) if missing else ""
    assert not hidden, (
        f"{block_node.name}: vgs does not show {named}: a filter of /etc/lvm/lvm.conf hides the disk of {hidden}. Fix: "
        f"on {block_node.name}, lvmconfig devices/filter devices/global_filter; let them accept it, as in filter = "
        '[ "a|/dev/sdb|", "r|.*|" ] (RHEL 9: lvmdevices --adddev), then '
        f"{own_lvm_backends[0].config.to_restart}"
    )
    assert not missing, (
        f"{block_node.name}: vgs shows {', '.join(lvm.groups) or 'no volume group'}, but not {named}. "
        "Fix: losetup -a, pvs; set up its disk or loop file again (vgcreate where it never was), or name the "
        f"right one in {own_lvm_backends[0].config.file}, then {own_lvm_backends[0].config.to_restart}"
    )


@pytest.mark.req("CIN-1")
def test_volume_group_has_free_space(block_node: Node, volume_groups: list[VolumeGroup]) -> None:
    """A volume can be made only where there is room for it."""
    full = [f"{group.name} has {group.free:.2f} GiB" for group in volume_groups if group.free < SIZE]
    assert not full, (
        f"{block_node.name}: {', '.join(full)} free, less than a volume of {SIZE} GiB needs. "
        "Fix: pvcreate and vgextend with another disk, or delete volumes and snapshots that nobody needs"
    )


@pytest.mark.req("CIN-1")
def test_physical_volumes_are_present(block_node: Node, volume_groups: list[VolumeGroup]) -> None:
    """`pvs` shows every disk under the volume group, and none as unknown device."""
    broken = [f"{group.missing} of {len(group.devices)} under {group.name}" for group in volume_groups if group.missing]
    assert not broken, (
        f"{block_node.name}: physical volumes are missing: {', '.join(broken)}. Fix: losetup -a, lsblk; bring the "
        "disk or loop file back (losetup -f FILE), then pvscan --cache and vgchange -ay"
    )


@pytest.mark.req("CIN-1")
@pytest.mark.after_a_reboot
def test_loop_device_is_set_up_at_boot(block_node: Node, volume_groups: list[VolumeGroup], lvm: Lvm) -> None:
    """A loop device is gone after a reboot, and its volume group with it, unless something runs losetup again."""
    if not any(device in lvm.loops for group in volume_groups for device in group.devices):
        pytest.skip(f"{block_node.name}: the volume group is on disks, not on a loop file")
    forgotten = {group.name: lost for group in volume_groups if (lost := lvm.forgotten_loops(group.name))}
    assert not forgotten, (
        f"{block_node.name}: no enabled service, executable /etc/rc.local or @reboot line sets up again what is under "
        f"{forgotten}. Fix: systemctl enable the unit that runs losetup (openstack-losetup, cinder-volumes-loop), "
        "or write one with ExecStart=/sbin/losetup -f FILE, before cinder-volume"
    )


@pytest.mark.req("CIN-2")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
def test_scheduler_starts_at_boot(controller_node: Node) -> None:
    """`systemctl enable openstack-cinder-scheduler` has been done."""
    unit = controller_node.unit("cinder-scheduler")
    if not unit.is_installed:
        pytest.skip(f"no cinder-scheduler on {controller_node.name}; whether there is one at all, the API says")
    assert unit.starts_at_boot, unit.not_at_boot


@pytest.mark.req("CIN-2")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
def test_volume_service_starts_at_boot(block_node: Node) -> None:
    """`systemctl enable openstack-cinder-volume` has been done."""
    unit = block_node.unit("cinder-volume")
    assert unit.starts_at_boot, unit.not_at_boot


@pytest.mark.req("CIN-2")
@pytest.mark.unit_state
def test_volume_service_runs(block_node: Node) -> None:
    """`systemctl start openstack-cinder-volume` has been done."""
    unit = block_node.unit("cinder-volume")
    assert unit.is_ready, unit.not_running


@pytest.mark.req("CIN-2")
@pytest.mark.after_a_reboot
def test_iscsi_target_starts_at_boot(block_node: Node, iscsi_target: Unit) -> None:
    """`systemctl enable target` (or tgt) has been done."""
    assert iscsi_target.starts_at_boot, iscsi_target.not_at_boot


@pytest.mark.req("CIN-2")
def test_iscsi_target_runs(block_node: Node, iscsi_target: Unit) -> None:
    """Without it cinder-volume makes volumes, but no server can have them."""
    assert iscsi_target.is_at_work, iscsi_target.not_running


@pytest.mark.req("CIN-2")
@pytest.mark.after_a_reboot
def test_iscsi_initiator_starts_at_boot(compute_node: Node, iscsi_initiator: Unit) -> None:
    """The daemon iscsid is enabled, or the socket that starts it on demand."""
    assert iscsi_initiator.starts_at_boot, iscsi_initiator.not_at_boot


@pytest.mark.req("CIN-2")
def test_iscsi_initiator_runs(compute_node: Node, iscsi_initiator: Unit) -> None:
    """The daemon iscsid runs, or its socket listens: with it nova-compute logs in to the volume's target."""
    assert iscsi_initiator.is_at_work, iscsi_initiator.not_running


@pytest.mark.req("CIN-2")
def test_portal_opens(compute_node: Node, iscsi_portals: list[Backend], subtests: pytest.Subtests) -> None:
    """The address that cinder.conf hands out to nova-compute leads to the iSCSI target."""
    for backend in iscsi_portals:
        address, port = str(backend.portal_address), backend.portal_port
        with subtests.test(f"{backend.name} on {backend.node.name}"):
            reason = why_closed(compute_node.host.run, address, port)
            if backend.target_helper == "lioadm" and "refused" in reason:
                pytest.skip(f"the kernel's target listens at {address}:{port} only while a volume is attached")
            assert not reason, (
                f"{compute_node.name} cannot open {address}:{port}, where cinder-volume on {backend.node.name} sends "
                f"it for volumes: {reason}; {backend.node.name} has {', '.join(sorted(backend.node.addresses))}. "
                f"Fix: {backend.origin('target_ip_address', 'iscsi_ip_address')}; the iSCSI target and the firewall "
                f"of {backend.node.name} (iptables -I INPUT -p tcp --dport {port} -j ACCEPT)"
            )
