"""Machines that are systemd-nspawn containers: the host's kernel, a root of stacked layers."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lab import cgroups, logs, mounts, network, processes
from lab.errors import LabError
from lab.machines import Machine
from lab.paths import CHECKOUT, STATE
from lab.processes import Process, run

NAME = "oslab-"  # begins the names that systemd-nspawn knows the containers by
_START = 30.0  # seconds until a container is plugged in; one or two are usual

# systemd brings the network up once: it must find its interfaces, which are plugged in after the start.
_INIT = "while [ ! -e /sys/class/net/eth0 ]; do sleep 0.05; done; exec /sbin/init"


def start(machine: Machine, layers: Sequence[Path]) -> None:
    """Start a container over its layers (topmost first), with its supervisor; raises LabError if it dies."""
    folder = STATE / machine.name
    _note_lock(folder, _mount_root(folder, layers))
    log = logs.fresh(machine.name)
    supervisor = processes.start(
        ["env", f"--chdir={CHECKOUT}", sys.executable, "-B", "-m", "lab.supervisor", machine.name], log
    )
    processes.record(folder / "process", supervisor)
    _wait_until_plugged(machine, supervisor)


def _mount_root(folder: Path, layers: Sequence[Path]) -> Path:
    root, upper, work = folder / "root", folder / "upper", folder / "work"
    for path in (root, upper, work):
        path.mkdir(parents=True, exist_ok=True)
    below = ":".join(str(layer) for layer in layers)
    run(
        "mount",
        "-t",
        "overlay",
        "overlay",
        "-o",
        f"lowerdir={below},upperdir={upper},workdir={work}",
        str(root),
    )
    return root


def _note_lock(folder: Path, root: Path) -> None:
    # systemd-nspawn locks its root by this name and, killed, leaves the file: image_path_lock() of systemd.
    place = root.stat()
    (folder / "lock").write_text(f"inode-{place.st_dev}:{place.st_ino}")


def _wait_until_plugged(machine: Machine, supervisor: Process) -> None:
    deadline = time.monotonic() + _START
    while not (STATE / machine.name / "plugged").exists():
        if not processes.alive(supervisor) or time.monotonic() > deadline:
            log = logs.of_machine(machine.name)
            raise LabError(f"{machine.name} does not start: {logs.last_line(log)} ({log})")
        time.sleep(0.05)


def command(machine: Machine) -> list[str]:
    """Return the command that runs a container whose root is mounted."""
    # Where systemd runs the host it gives the container a scope; elsewhere there is nobody to ask.
    managed = Path("/run/systemd/system").is_dir()
    return [
        *([] if managed else cgroups.entering(machine)),
        "env",
        # Else /proc/sys is read-only, and the L3 agent fails on its first sysctl.
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes",
        "systemd-nspawn",
        "--quiet",
        "--settings=no",
        f"--directory={STATE / machine.name / 'root'}",
        f"--machine={NAME}{machine.name}",
        f"--hostname={machine.name}",
        "--register=no",
        *([] if managed else ["--keep-unit"]),
        "--private-network",
        "--capability=all",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=read-only",
        f"--setenv={processes.MARK}",
        "--kill-signal=SIGRTMIN+3",
        "/bin/sh",
        "-c",
        _INIT,
    ]


def plug(machine: Machine, leader: Process) -> None:
    """Give a container that has just started its interfaces, and leave word of it."""
    network.plug(machine, leader.pid)
    (STATE / machine.name / "plugged").touch()


def wait_for_leader(nspawn: Process) -> Process | None:
    """Wait for the container's PID 1 as the host sees it, with a network of its own; None if nspawn ends."""
    while processes.alive(nspawn):
        if found := _leader(processes.every(), nspawn):
            return found
        time.sleep(0.02)
    return None


def _leader(present: Sequence[Process], nspawn: Process) -> Process | None:
    return next((process for process in present if process.parent == nspawn.pid and _is_leader(process)), None)


def _is_leader(child: Process) -> bool:
    try:
        status = Path(f"/proc/{child.pid}/status").read_text()
        own = Path(f"/proc/{child.pid}/ns/net").stat().st_ino
    except OSError:
        return False
    pids = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid"))
    return len(pids) > 1 and pids[-1] == "1" and own != Path("/proc/self/ns/net").stat().st_ino


def stop(machine: Machine) -> None:
    """End a container at once, and unmount its root."""
    folder = STATE / machine.name
    if supervisor := processes.recorded(folder / "process"):
        family = processes.with_descendants([supervisor])
        processes.end([supervisor])
        # nspawn tidies up after its container if it may see it die.
        leaders = {process for process in family if any(_leader([process], parent) for parent in family)}
        processes.end(leaders)
        processes.end_all(lambda: _left(family - leaders), patience=3.0)
    mounts.unmount_below(folder)


def _left(family: set[Process]) -> set[Process]:
    return {process for process in family if processes.alive(process)}
