"""Machines that are User-Mode Linux: a kernel of their own as a process of the host."""

import time
from pathlib import Path

from lab import logs, network, processes
from lab.errors import LabError
from lab.machines import Machine
from lab.paths import LAB, STATE

_NETWORK = 120.0  # seconds until a machine has opened its interfaces; 10 are usual


def start(machine: Machine, disk: Path, kernel: Path) -> None:
    """Start a machine on a copy-on-write layer over its disk.

    Arguments:
        machine: the machine.
        disk: ext4 file system, not written to.
        kernel: the UML executable.
    """
    folder = STATE / machine.name
    folder.mkdir(parents=True, exist_ok=True)
    network.add_taps(machine)
    command = [*_enter(kernel), *_arguments(machine, folder, disk)]
    processes.record(folder / "process", processes.start(command, logs.fresh(machine.name)))


def _enter(kernel: Path) -> list[str]:
    # TMPDIR: the machine's memory is a file there, without a name; a disk would be slow.
    variables = ["TMPDIR=/dev/shm", f"LAB_KERNEL={kernel}"]
    return ["nsenter", f"--net={processes.NETNS_FILE}", "env", *variables, str(LAB / "uml-exec")]


def _arguments(machine: Machine, folder: Path, disk: Path) -> list[str]:
    vectors = [
        f"vec{number}:transport=tap,ifname={port.outside},depth=128,mac={port.mac}"
        for number, port in enumerate(network.ports(machine))
    ]
    return [
        f"mem={machine.memory}M",
        f"umid={machine.name}",
        f"uml_dir={folder / 'uml'}",
        f"ubd0={folder / 'disk'},{disk}",
        "root=/dev/ubda",
        "rw",
        "init=/sbin/init",
        "con=null",
        "con0=null,fd:1",
        *vectors,
    ]


def settle(machine: Machine) -> None:
    """Wait until a machine has opened its interfaces, turn their offloads off; raises LabError if it dies."""
    deadline = time.monotonic() + _NETWORK
    while not network.carried(machine):
        if not processes.recorded(STATE / machine.name / "process") or time.monotonic() > deadline:
            log = logs.of_machine(machine.name)
            raise LabError(f"{machine.name} does not start: {logs.last_line(log)} ({log})")
        time.sleep(0.1)
    network.quieten(machine)


def stop(machine: Machine) -> None:
    """End a machine at once, with the processes that are its user space."""
    if kernel := processes.recorded(STATE / machine.name / "process"):
        processes.end_all(lambda: processes.in_session(kernel))
    network.remove(machine)
