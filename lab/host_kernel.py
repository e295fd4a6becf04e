"""What the lab needs of this machine's kernel, each tried; nothing needs to be installed for it, and nothing stays.

The kernel's own source says who needs what: containers are systemd-nspawn's, with a network node of Neutron in one.
"""

import fcntl
import os
import struct
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from lab import attempt, cgroups, netlink

_PRIVILEGED = "a kernel that has it; in a container, docker run --privileged"
_SYSCTL = Path("/proc/sys/net/ipv4/ip_forward")
_TUN = Path("/dev/net/tun")
_SET_INTERFACE, _TAP = 0x400454CA, 0x1002  # linux/if_tun.h: TUNSETIFF, IFF_TAP with IFF_NO_PI

# lab/network.py: bridges, and a veth pair for each port of a container; the agents of the controller, which is one,
# make the rest: a vxlan for each tenant network (lab/roles/network, linuxbridge_agent.ini).
_LINKS = {
    "bridge": "the lab's networks are bridges",
    "veth": "containers and Neutron's namespaces are plugged in with them",
    "vxlan": "Neutron's tenant networks are made of them",
}
# lab/roles/controller/firewall, and Neutron's L2, L3, DHCP and metadata agents (neutron/agent/linux/iptables_*.py,
# dhcp.py, l3/router_info.py, metadata/driver.py of the release that the lab installs).
_MATCHES = ("comment", "connmark", "conntrack", "mark", "multiport", "physdev", "state")
_TARGETS = ("CHECKSUM", "CONNMARK", "DNAT", "MARK", "REDIRECT", "REJECT", "SNAT")


def lacks(folders: Iterable[Path]) -> list[str]:
    """Return what is missing, a line each; needs root.

    Arguments:
        folders: where the lab will mount its trees.
    """
    isolated = _namespaces()
    # What is tried in a namespace would only repeat that there is none.
    tried = [] if isolated else [*_overlays(folders), *_links(), *_tap()]
    return [*isolated, *tried, *_extensions(), *_control_groups(), *_settings(), *_tracing()]


def _namespaces() -> list[str]:
    """systemd-nspawn gives each of them to a container (systemd-nspawn(1)), lab/chroot.py all but one to a build."""
    refused = {kind: attempt.refusal(partial(attempt.unshare, kind)) for kind in attempt.NAMESPACES}
    absent = ", ".join(f"{kind} ({why})" for kind, why in refused.items() if why)
    fix = f"Fix: sysctl user.max_…_namespaces above 0 (namespaces(7)), or {_PRIVILEGED}"
    return [f"namespaces: no new ones of {absent}, which machines are made of. {fix}"] if absent else []


def _overlays(folders: Iterable[Path]) -> list[str]:
    """Each file system that shall hold the layers must bear one: overlayfs.rst, "Upper and lower layers"."""
    devices = {folder.stat().st_dev: folder for folder in folders}
    refused = {folder: _overlay_refusal(folder) for folder in devices.values()}
    return [
        f"{folder}: no overlay over folders in it ({why}), which machines start from. "
        "Fix: modprobe overlay; and a file system that can have it, such as ext4 (not an overlay itself, nor NFS)"
        for folder, why in refused.items()
        if why
    ]


def _overlay_refusal(folder: Path) -> str:
    try:
        with tempfile.TemporaryDirectory(prefix=".lab-check-", dir=folder) as place:
            parts = [f"{place}/{name}" for name in ("lower", "upper", "work", "target")]
            for part in parts:
                os.mkdir(part)
            return attempt.refusal(partial(attempt.mount_overlay, *parts))
    except OSError as error:
        return str(error.strerror)


def _links() -> list[str]:
    refused = {kind: attempt.refusal(_isolated(partial(netlink.add_link, kind))) for kind in _LINKS}
    return [
        f"network: no {kind} can be made ({why}), but {_LINKS[kind]}. Fix: modprobe {kind}, or {_PRIVILEGED}"
        for kind, why in refused.items()
        if why
    ]


def _tap() -> list[str]:
    """User-Mode Linux is plugged in with taps (lab/uml.py)."""
    why = attempt.refusal(_isolated(_open_tap))
    fix = f"Fix: modprobe tun, or {_PRIVILEGED}"
    return [f"{_TUN}: no tap can be made ({why}), by which machines are plugged in. {fix}"] if why else []


def _open_tap() -> None:
    tun = os.open(_TUN, os.O_RDWR)
    fcntl.ioctl(tun, _SET_INTERFACE, struct.pack("16sH22x", b"", _TAP))


def _isolated(act: Callable[[], None]) -> Callable[[], None]:
    def acted() -> None:
        attempt.unshare("net")
        act()

    return acted


def _extensions() -> list[str]:
    """Debian's iptables works over nf_tables, with these in the kernel (iptables-nft(8), iptables-extensions(8))."""
    known = [*((name, False) for name in _MATCHES), *((name, True) for name in _TARGETS)]
    absent = [name for name, target in known if not _is_found(name, target)]
    why = "which Neutron and the controller's firewall use"
    return [f"iptables: no {', '.join(absent)} over nf_tables, {why}. Fix: {_PRIVILEGED}"] if absent else []


def _is_found(name: str, target: bool) -> bool:
    try:
        netlink.find_extension(name, target)
    except OSError:
        return False
    return True


def _control_groups() -> list[str]:
    """systemd-nspawn wants the unified or systemd's own hierarchy, and a group in it: lab/cgroups.py."""
    places = cgroups.hierarchies()
    if not places:
        fix = "Fix: mount -t cgroup2 none /sys/fs/cgroup"
        return [f"/sys/fs/cgroup: no control groups, neither unified nor systemd's, which containers need. {fix}"]
    return [
        f"{place}: not writable, but containers need groups in it. Fix: mount -o remount,rw {place}"
        for place in places
        if not os.access(place, os.W_OK)
    ]


def _settings() -> list[str]:
    """lab/network.py sets one, and the L3 agent each router's."""
    if os.access(_SYSCTL, os.W_OK):
        return []
    return [f"{_SYSCTL}: not writable, but routers are settings like it. Fix: mount -o remount,rw /proc/sys"]


def _tracing() -> list[str]:
    """User-Mode Linux traces its processes: arch/um/os-Linux/start_up.c, start_ptraced_child()."""
    why = attempt.refusal(attempt.be_traced)
    fix = "Fix: kernel.yama.ptrace_scope below 3 (from 3 only a reboot leads back); in a container, --privileged"
    return [f"ptrace: {why}, but user-mode kernels run their processes by it. {fix}"] if why else []
