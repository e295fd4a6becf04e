"""What the lab needs of this machine, asked before anything is made or installed; every lack is one line."""

import os
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path

from lab import host_kernel, host_packages
from lab.errors import LackingError
from lab.machines import clouds, machines
from lab.paths import CACHE, STATE

_GIB = 1024**3
_PROCESSORS = 2  # a user-mode kernel fills one (it has no SMP), and the services of the controller the other
_CONTROLLER = (
    4.4  # GiB of memory, of which a container has none of its own; those of the UML machines are in lab/clouds
)
_DISK_TO_BUILD = 20  # GiB: packages, kernel source, trees and disks of every machine
_DISK_TO_RUN = 4  # GiB: what the machines write over their images
_SHARED_MEMORY = Path("/dev/shm")
_MEMINFO = Path("/proc/meminfo")

_WITHOUT_LAB = (
    "what works on this machine: the suite against a cloud of your own, "
    "OS_CLOUD=NAME HOSTS=NODE,NODE make acceptance (docs/your-cloud.md)"
)


def check_root() -> None:
    """Raise LackingError unless the command runs as root; on a machine where that would not help it says so."""
    if os.geteuid() != 0:
        check_kind()
        raise LackingError(["not root: run './lab/lab' with sudo"])


def check_kind() -> None:
    """Raise LackingError if this kind of machine cannot run the lab whatever is done; it says what works there."""
    if wrong := [*_architecture(), *_distribution()]:
        raise LackingError([*wrong, _WITHOUT_LAB])


def require(lacks: Sequence[str]) -> None:
    """Raise LackingError if anything is missing."""
    if lacks:
        raise LackingError(lacks)


def lacks_to_run(cloud: str) -> list[str]:
    """Return what this machine, of the right kind, lacks to run a cloud of the lab."""
    return [
        *_processors(),
        *_memory(cloud),
        *_shared_memory(cloud),
        *_disk(_existing(STATE), _DISK_TO_RUN),
        *_cache_permits("noexec", os.ST_NOEXEC),
        *host_kernel.lacks([_existing(STATE), _existing(CACHE)]),
    ]


def lacks_to_build(cloud: str) -> list[str]:
    """Return what this machine, of the right kind, lacks to build the images of a cloud of the lab."""
    suites = dict.fromkeys(machine.debian for machine in machines(cloud).values())
    return [
        *_disk(_existing(CACHE), _DISK_TO_BUILD),
        *_cache_permits("nodev", os.ST_NODEV),
        *(lack for suite in suites for lack in host_packages.mirror_lacks(suite)),
    ]


def _architecture() -> list[str]:
    """User-Mode Linux is for x86 alone (Linux, arch/um/Makefile), and the guest's parts are taken from amd64's packages."""
    seen = platform.machine()
    return [] if seen == "x86_64" else [f"architecture: {seen}, not x86_64, for which the lab's kernels are built"]


def _distribution() -> list[str]:
    try:
        release = platform.freedesktop_os_release()
    except OSError:  # not Linux, or a very small one
        release = {"ID": "", "PRETTY_NAME": platform.system()}
    if (release.get("ID"), release.get("VERSION_ID")) == ("debian", "12"):
        return []
    return [f"distribution: {release.get('PRETTY_NAME')}, not Debian 12, of whose packages the lab is made"]


def _processors() -> list[str]:
    seen = len(os.sched_getaffinity(0))
    return [] if seen >= _PROCESSORS else [f"too few processors: {seen}, {_PROCESSORS} needed"]


def _memory(cloud: str) -> list[str]:
    lines = _MEMINFO.read_text().splitlines()
    available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1024**2
    if available >= _needed(cloud):
        return []
    smaller = [name for name in clouds() if available >= _needed(name)]
    fix = f". Fix: take a smaller cloud, ./lab/lab up NAME: {', '.join(smaller)}" if smaller else ""
    return [f"too little memory: {available:.1f} GiB available, {_needed(cloud)} GiB needed{fix}"]


def _needed(cloud: str) -> int:
    """Whole GiB of memory that a cloud takes: no machine touches the last of its own."""
    return int(_CONTROLLER + _of_uml(cloud) / _GIB)


def _of_uml(cloud: str) -> int:
    """Bytes that the machines with a kernel of their own may take."""
    return sum(machine.memory for machine in machines(cloud).values()) * 1024**2


def _shared_memory(cloud: str) -> list[str]:
    """A user-mode kernel has its memory there and runs what is in it (Linux, arch/um/os-Linux/mem.c, check_tmpexec())."""
    if not _SHARED_MEMORY.is_dir():
        return [f"{_SHARED_MEMORY}: not there, but machines keep their memory in it. Fix: mount a tmpfs on it"]
    return [*_exec(_SHARED_MEMORY), *_space(_SHARED_MEMORY, cloud)]


def _exec(shared: Path) -> list[str]:
    if not _flags(shared) & os.ST_NOEXEC:
        return []
    return [f"{shared}: mounted noexec, but machines run what is in it. Fix: mount -o remount,exec {shared}"]


def _space(shared: Path, cloud: str) -> list[str]:
    needed = _of_uml(cloud)
    free = shutil.disk_usage(shared).free
    if free >= needed:
        return []
    return [
        f"too little space in {shared}: {free / _GIB:.1f} GiB free, {needed / _GIB:.1f} GiB needed. "
        f"Fix: mount -o remount,size=75% {shared}"
    ]


def _flags(folder: Path) -> int:
    return os.statvfs(folder).f_flag


def _cache_permits(option: str, flag: int) -> list[str]:
    """User-mode kernels are run from the cache; a tree in it gets devices when it is built (mmdebstrap(1), --mode=root)."""
    folder = _existing(CACHE)
    if not _flags(folder) & flag:
        return []
    return [
        f"{folder}: mounted {option}, but machines are made in it. Fix: XDG_CACHE_HOME=FOLDER on another file system"
    ]


def _disk(folder: Path, needed: int) -> list[str]:
    free = shutil.disk_usage(folder).free
    if free >= needed * _GIB:
        return []
    return [f"too little disk: {free / _GIB:.1f} GiB free in {folder}, {needed} GiB needed"]


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
