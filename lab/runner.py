"""The runner's side of the lab: commands there, and commands on a machine over SSH."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from lab import processes
from lab.errors import LabError
from lab.leftovers import ETC
from lab.machines import Machine, machines
from lab.paths import CHECKOUT, NETNS, STATE

_SSH = STATE / "ssh"  # sockets of shared connections
_CLOUDS = ("admin", "demo")
_GUEST = STATE / "guest.qcow2"
LONGEST = 600.0
"""Seconds for a command on a machine: a fault's script that hangs would hold up whoever breaks or mends."""


# ServerAlive: a shared connection to a machine that was restarted must not hang for ever.
_SSH_CONFIG = f"""Host {{names}}
    User root
    IdentityFile /etc/ssh/id_ed25519
    IdentitiesOnly yes
    UserKnownHostsFile /etc/ssh/ssh_known_hosts
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
    ConnectTimeout 5
    ServerAliveInterval 5
    ServerAliveCountMax 6
    ControlPath {_SSH}/%n-%r
"""


def furnish(files: Path) -> None:
    """Lay out what commands on the runner's side see in /etc: hosts, no resolver, SSH keys and configuration.

    Arguments:
        files: folder with hosts, known_hosts and id_ed25519.
    """
    ssh = ETC / "ssh"
    for folder in (ssh, _SSH):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(files / "hosts", ETC / "hosts")
    (ETC / "resolv.conf").write_text("# The lab has no name server: names are in /etc/hosts.\n")
    shutil.copyfile(files / "known_hosts", ssh / "ssh_known_hosts")
    (ssh / "ssh_config").write_text(_SSH_CONFIG.format(names=" ".join(machines())))
    _copy_key(files / "id_ed25519", ssh / "id_ed25519")


def _copy_key(key: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    copy.write_bytes(key.read_bytes())


def environment(inherited: Mapping[str, str], files: Path) -> dict[str, str]:
    """Return the environment of a command on the runner's side: the caller's, with the lab's credentials.

    Arguments:
        inherited: the caller's environment.
        files: folder with clouds.yaml.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith("OS_")}
    cloud = inherited.get("OS_CLOUD", "")
    kept["OS_CLIENT_CONFIG_FILE"] = str(files / "clouds.yaml")
    kept["OS_CLOUD"] = cloud if cloud in _CLOUDS else _CLOUDS[0]
    kept["PYTEST_ADDOPTS"] = f"--ssh-config=/etc/ssh/ssh_config {inherited.get('PYTEST_ADDOPTS', '')}".strip()
    # What the suite boots: what the caller names, or the lab's own image.
    kept["GUEST_IMAGE"] = inherited.get("GUEST_IMAGE") or inherited.get("CIRROS_IMAGE") or str(_GUEST)
    own_tools = CHECKOUT / ".venv/bin"
    if own_tools.is_dir():
        kept["PATH"] = f"{own_tools}:{inherited.get('PATH', os.defpath)}"
    return processes.unmarked(kept)


def offer_image(image: Path) -> None:
    """Make the guest image known to commands on the runner's side."""
    _GUEST.unlink(missing_ok=True)
    _GUEST.symlink_to(image)


def become(command: Sequence[str], files: Path) -> NoReturn:
    """Replace this process by a command on the runner's side: signals, terminal and exit code are its own."""
    environ = environment(os.environ, files)
    os.execvpe("ip", ["ip", "netns", "exec", NETNS, *command], environ)


def become_ssh(machine: Machine, command: Sequence[str], files: Path) -> NoReturn:
    """Replace this process by a command on a machine."""
    terminal = ["-t"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    become([*_ssh(machine, *terminal), shlex.join(command)], files)


def _ssh(machine: Machine, *options: str) -> list[str]:
    # -F: the user's own ~/.ssh/config is not for the lab's machines.
    return ["ssh", "-F", "/etc/ssh/ssh_config", *options, machine.name, "--"]


def on_machine(machine: Machine, *command: str, within: float = LONGEST) -> subprocess.CompletedProcess[str]:
    """Run a short command on a machine, over a connection of its own.

    Args:
        within: seconds.

    Raises:
        LabError: it did not end in that time.
    """
    words = ["ip", "netns", "exec", NETNS, *_ssh(machine, "-o", "ControlPath=none"), shlex.join(command)]
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, timeout=within)
    except subprocess.TimeoutExpired:
        raise LabError(
            f"{machine.name}: {command[0]} did not end within {within:g} s. Fix: './lab/lab exec {machine.name} -- "
            "ps axf' shows what it waits for"
        ) from None


def boot_id(machine: Machine) -> str:
    """Return the ID of a machine's present boot, or "" if it does not answer."""
    try:
        return on_machine(machine, "cat", "/proc/sys/kernel/random/boot_id", within=30).stdout.strip()
    except LabError:
        return ""


def wait_for_boot(machine: Machine, other_than: str, within: float) -> None:
    """Wait until a machine answers with a boot ID other than the given one; `within` in seconds."""
    deadline = time.monotonic() + within
    while boot_id(machine) in ("", other_than):
        if time.monotonic() > deadline:
            raise LabError(f"{machine.name} does not answer SSH {within:.0f} s after its reboot")
        time.sleep(0.5)


def forget_connections(machine: Machine) -> None:
    """Drop the shared connections to a machine that is about to restart."""
    for socket in _SSH.glob(f"{machine.name}-*"):
        socket.unlink(missing_ok=True)
