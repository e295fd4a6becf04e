"""Keeps one container running: starts it, plugs it in, and does so again after each of its reboots.

Run as a program with the machine's name. It is needed because a container's interfaces go with its PID 1.
"""

import os
import select
import subprocess
import sys

from lab import container, processes
from lab.machines import Machine, machines
from lab.processes import Process

# systemd-nspawn with --keep-unit ends with this when its container reboots: EXIT_FORCE_RESTART of systemd.
_REBOOTED = 133


def main(name: str) -> int:
    """Run the container until it is powered off or dies; returns systemd-nspawn's exit code."""
    machine = machines()[name]
    while (code := _run(machine)) == _REBOOTED:
        pass
    return code


def _run(machine: Machine) -> int:
    with subprocess.Popen(container.command(machine)) as child:
        nspawn = processes.find(child.pid)
        # Where nspawn has a scope of its own it stays through a reboot, with another PID 1.
        while nspawn and (leader := container.wait_for_leader(nspawn)):
            container.plug(machine, leader)
            _wait(leader)
        return child.wait()


def _wait(process: Process) -> None:
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    select.select([handle], [], [])
    os.close(handle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
