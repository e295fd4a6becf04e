import pytest

from fixtures.nodes.node import Node
from fixtures.nodes.systemd_units import Unit
from fixtures.object.ring_devices import Device, is_on
from fixtures.object.ring_servers import RingServer
from fixtures.object.storage_node import STORAGE
from fixtures.object.swift_files import KINDS, SwiftFiles
from fixtures.object.swift_hash import FILE, OPTIONS

TO_MAKE_ROOM = "delete objects, or add devices to the rings and rebalance"
TO_RESERVE_LESS = "set fallocate_reserve in the servers' files to a share of the disk, such as 1%, and restart them"
storage_services = pytest.mark.parametrize("service", STORAGE)
kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.req("SWI-3")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
@storage_services
def test_storage_service_starts_at_boot(storage_unit: Unit) -> None:
    """The account, container and object servers are enabled."""
    assert storage_unit.starts_at_boot, storage_unit.not_at_boot


@pytest.mark.req("SWI-3")
@pytest.mark.unit_state
@storage_services
def test_storage_service_runs(storage_unit: Unit) -> None:
    """The account, container and object servers answer the proxy."""
    assert storage_unit.is_ready, storage_unit.not_running


@pytest.mark.req("SWI-3")
@pytest.mark.after_a_reboot
def test_proxy_starts_at_boot(swift_proxies: list[Node], subtests: pytest.Subtests) -> None:
    """The proxy server is enabled."""
    for node in swift_proxies:
        with subtests.test(node.name):
            unit = node.unit("swift-proxy")
            assert unit.starts_at_boot, unit.not_at_boot


@pytest.mark.req("SWI-3")
def test_proxy_runs(swift_proxies: list[Node], subtests: pytest.Subtests) -> None:
    """The proxy server answers the clients."""
    for node in swift_proxies:
        with subtests.test(node.name):
            unit = node.unit("swift-proxy")
            assert unit.is_ready, unit.not_running


@pytest.mark.req("SWI-3")
def test_node_has_every_ring(storage_node: Node, swift_files: SwiftFiles) -> None:
    """The rings made with swift-ring-builder were copied to the node."""
    missing = [f"{kind}.ring.gz" for kind in KINDS if f"{kind}.ring.gz" not in swift_files.rings]
    assert not missing, (
        f"{storage_node.name} lacks {', '.join(missing)}, or does not let us read it. "
        "Fix: copy /etc/swift/*.ring.gz from where swift-ring-builder ran, and restart the node's Swift services"
    )


@pytest.mark.req("SWI-3")
def test_rings_are_the_same_on_every_node(ring_checksums: dict[str, dict[str, str]], subtests: pytest.Subtests) -> None:
    """A node with an old ring looks for objects where they no longer are."""
    for ring, checksums in ring_checksums.items():
        with subtests.test(ring):
            told = ", ".join(f"{node}: {checksum or 'no such file'}" for node, checksum in checksums.items())
            assert len(set(checksums.values())) == 1, (
                f"{ring} differs between the nodes: {told}. "
                f"Fix: copy /etc/swift/{ring} from where swift-ring-builder ran to all nodes"
            )


@pytest.mark.req("SWI-3")
@pytest.mark.parametrize("option", OPTIONS)
def test_names_are_hashed_alike_on_every_node(swift_hash_digests: dict[str, dict[str, str]], option: str) -> None:
    """Where another suffix was made up, a node looks for objects where none are."""
    first, *others = swift_hash_digests
    strangers = [name for name in others if swift_hash_digests[name][option] != swift_hash_digests[first][option]]
    assert not strangers, (
        f"{', '.join(strangers)}: {option} in {FILE} is another than on {first}. "
        f"Fix: copy {FILE} from the node whose objects are to be kept, and restart the node's Swift services"
    )


@pytest.mark.req("SWI-3")
@kinds
def test_ring_has_a_device_of_this_node(storage_node: Node, swift_files: SwiftFiles, kind: str) -> None:
    """A device that was added with a wrong address is on no node at all."""
    devices = swift_files.devices_of(kind)
    if not devices or not storage_node.unit(f"swift-{kind}").is_ready:
        pytest.skip(f"{storage_node.name} runs no {kind} server, or has no ring for it")
    assert any(is_on(device, storage_node) for device in devices), (
        f"the {kind} ring on {storage_node.name} has devices at "
        f"{', '.join(sorted({each for device in devices for each in device.addresses}))}, none of which is one of "
        f"{', '.join(sorted(storage_node.addresses))}. Fix: swift-ring-builder /etc/swift/{kind}.builder set_info "
        "d0 IP:PORT, write_ring, and copy the ring to every node"
    )


@pytest.mark.req("SWI-3")
def test_every_server_of_the_rings_listens(
    storage_node: Node, ring_servers: list[RingServer], closed_ring_servers: dict[RingServer, str]
) -> None:
    """The proxy asks at the address and the port that the ring has; where nobody listens, it answers 503."""
    told = "; ".join(
        f"the {each.kind} ring has {each}, which does not open ({why}), and {each.conf.path} has {each.configured}"
        for each, why in closed_ring_servers.items()
    )
    assert not closed_ring_servers, (
        f"{storage_node.name}: {told}. Fix: bind_ip and bind_port in that file as the ring has them, then swift-init "
        "all restart; or swift-ring-builder /etc/swift/KIND.builder set_info d0 IP:PORT, write_ring, and copy the "
        "ring to every node"
    )


@pytest.mark.req("SWI-3")
def test_every_ring_device_is_there(storage_node: Node, ring_devices: list[Device], subtests: pytest.Subtests) -> None:
    """Swift answers 507 for a device that is not there."""
    for device in ring_devices:
        with subtests.test(device.path):
            assert device.exists, (
                f"{storage_node.name}: {device.path}, a device of the rings, does not exist. "
                f"Fix: mkdir -p {device.path}, mount its disk there, chown {device.place.user}: {device.path}"
            )


@pytest.mark.req("SWI-3")
def test_every_ring_device_is_mounted(
    storage_node: Node, present_ring_devices: list[Device], subtests: pytest.Subtests
) -> None:
    """An unmounted disk lets the system's own disk fill up; Swift refuses to use it (mount_check)."""
    wanted = [device for device in present_ring_devices if device.place.must_be_mounted]
    if not wanted:
        pytest.skip(f"{storage_node.name}: mount_check = false: its devices are folders")
    for device in wanted:
        with subtests.test(device.path):
            assert device.is_mounted, (
                f"{storage_node.name}: nothing is mounted on {device.path}, a device of the rings. "
                f"Fix: mount {device.path}, and have it in /etc/fstab (or mount_check = false where it is a folder)"
            )


@pytest.mark.req("SWI-3")
def test_every_ring_device_is_writable(
    storage_node: Node, present_ring_devices: list[Device], subtests: pytest.Subtests
) -> None:
    """A disk that was mounted as root belongs to root."""
    if any(device.is_writable is None for device in present_ring_devices):
        pytest.skip(f"{storage_node.name} does not tell: it needs --sudo, and Swift's user on the node itself")
    for device in present_ring_devices:
        with subtests.test(device.path):
            assert device.is_writable, (
                f"{storage_node.name}: the user {device.place.user} cannot write to {device.path}. "
                f"Fix: chown -R {device.place.user}: {device.path}; mount -o remount,rw {device.path}"
            )


@pytest.mark.req("SWI-3")
def test_every_ring_device_has_room(
    storage_node: Node, present_ring_devices: list[Device], subtests: pytest.Subtests
) -> None:
    """Swift answers 507 for a device on which less is free than fallocate_reserve."""
    for device in present_ring_devices:
        with subtests.test(device.path):
            assert not device.is_full, (
                f"{storage_node.name}: {device.path} has {device.free} KiB of {device.size} free and "
                f"{device.free_inodes} inodes, and Swift leaves {device.place.reserve} free (fallocate_reserve). "
                f"Fix: {TO_RESERVE_LESS if device.is_too_small else TO_MAKE_ROOM}"
            )
