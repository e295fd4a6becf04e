"""The Debian packages that this host needs beside the lab, and the mirror they come from."""

import re
import subprocess
import tempfile
from collections.abc import Iterable

from lab import command, logs
from lab.errors import LackingError
from lab.paths import LOGS
from lab.processes import run
from lab.progress import step
from lab.suites import HOST

# What running the machines needs; what building them needs is named where they are built.
TO_RUN = (
    "ethtool",
    "iproute2",
    "mount",
    "openssh-client",
    "procps",
    "systemd-container",
    "util-linux",
)
_IMPATIENT = (
    "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10",
)  # fmt: skip


def install(packages: Iterable[str]) -> None:
    """Install the Debian packages this host lacks, with progress; raises CalledProcessError if apt fails."""
    missing = _missing(sorted(set(packages)))
    if not missing:
        return
    if lacks := mirror_lacks():
        raise LackingError(lacks)
    log = LOGS / "host-packages.log"
    with step(f"installing on this host: {' '.join(missing)}", lambda: logs.last_line(log)[:100]):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            command.run(["apt-get", "--quiet", *words], log, {"DEBIAN_FRONTEND": "noninteractive"})


def mirror_lacks(suite: str = HOST) -> list[str]:
    """Fetch a small index as apt would, with apt's own proxies and transports (apt-get(8), --print-uris).

    Args:
        suite: the one of which something is to be made; the mirror is the one that the host has its own suite from.
    """
    listed = run("apt-get", "--print-uris", "update")
    found = re.search(rf"^'(\S+/dists)/{HOST}/InRelease'", listed, re.MULTILINE)
    if not found:
        return [f"no package mirror: /etc/apt/sources.list does not name Debian's suite {HOST}"]
    index = f"{found[1]}/{suite}/InRelease"
    with tempfile.TemporaryDirectory() as folder:
        fetch = ["/usr/lib/apt/apt-helper", *_IMPATIENT, "download-file", index, f"{folder}/InRelease"]
        reached = subprocess.run(fetch, capture_output=True, check=False).returncode == 0
    return [] if reached else [f"package mirror unreachable: {index}"]


def _missing(packages: list[str]) -> list[str]:
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    listed = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]
