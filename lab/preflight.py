"""What the lab needs of this machine, asked before anything is made; every lack is one line."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lab import command, logs
from lab.errors import LabError
from lab.machines import machines
from lab.paths import CACHE, LOGS, STATE
from lab.processes import run
from lab.progress import step

_GIB = 1024**3
_MEMORY = 8  # GiB available: 4.4 GiB of the controller, the memory of the UML machines as they touch it
_DISK_TO_BUILD = 20  # GiB: packages, kernel source, trees and disks of every machine
_DISK_TO_RUN = 4  # GiB: what the machines write over their images

# What running the machines needs; what building them needs is named where they are built.
HOST_PACKAGES = (
    "ethtool",
    "iproute2",
    "mount",
    "openssh-client",
    "procps",
    "systemd-container",
    "util-linux",
)


class LackingError(LabError):
    """This machine cannot run the lab; the text says in one line what is missing."""


def check_root() -> None:
    """Raise LackingError unless the command runs as root."""
    if os.geteuid() != 0:
        raise LackingError("not root: run './lab/lab' with sudo")


def check_to_run() -> None:
    """Raise LackingError if this machine cannot run the machines of the lab."""
    _check_debian()
    _check_memory()
    _check_shared_memory()
    _check_disk(_existing(STATE), _DISK_TO_RUN)
    if not Path("/dev/net/tun").exists():
        raise LackingError("no /dev/net/tun: load the kernel module (modprobe tun)")


def check_to_build() -> None:
    """Raise LackingError if this machine cannot build the images of the lab."""
    _check_disk(_existing(CACHE), _DISK_TO_BUILD)
    _check_mirror()


def _check_debian() -> None:
    release = _os_release()
    if (release.get("ID"), release.get("VERSION_ID")) != ("debian", "12"):
        raise LackingError(
            f"not Debian 12 but {release.get('PRETTY_NAME', 'unknown')}: the lab is made from its packages"
        )


def _os_release() -> dict[str, str]:
    file = Path("/etc/os-release")
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip('"') for name, _, value in pairs}


def _check_memory() -> None:
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    if kib < _MEMORY * 1024**2:
        raise LackingError(f"too little memory: {kib / 1024**2:.1f} GiB available, {_MEMORY} GiB needed")


def _check_shared_memory() -> None:
    needed = sum(machine.memory for machine in machines().values()) * 1024**2
    free = shutil.disk_usage("/dev/shm").free
    if free < needed:
        raise LackingError(
            f"too little space in /dev/shm: {free / _GIB:.1f} GiB free, {needed / _GIB:.1f} GiB needed "
            "(mount -o remount,size=75% /dev/shm)"
        )


def _check_disk(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed * _GIB:
        raise LackingError(f"too little disk: {free / _GIB:.1f} GiB free in {folder}, {needed} GiB needed")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _check_mirror() -> None:
    """Fetch a small index as apt would, with apt's own proxies and transports (apt-get(8), --print-uris)."""
    listed = run("apt-get", "--print-uris", "update")
    found = re.search(r"^'(\S+/dists/bookworm/InRelease)'", listed, re.MULTILINE)
    if not found:
        raise LackingError("no package mirror: /etc/apt/sources.list does not name Debian's suite bookworm")
    with tempfile.TemporaryDirectory() as folder:
        fetch = ["/usr/lib/apt/apt-helper", *_IMPATIENT, "download-file", found[1], f"{folder}/InRelease"]
        if subprocess.run(fetch, capture_output=True, check=False).returncode:
            raise LackingError(f"package mirror unreachable: {found[1]}")


_IMPATIENT = (
    "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10",
)  # fmt: skip


def install(packages: Iterable[str]) -> None:
    """Install the Debian packages this host lacks, with progress; raises CalledProcessError if apt fails."""
    missing = _missing(sorted(set(packages)))
    if not missing:
        return
    _check_mirror()
    log = LOGS / "host-packages.log"
    with step(f"installing on this host: {' '.join(missing)}", lambda: logs.last_line(log)[:100]):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            command.run(["apt-get", "--quiet", *words], log, {"DEBIAN_FRONTEND": "noninteractive"})


def _missing(packages: list[str]) -> list[str]:
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    listed = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]
