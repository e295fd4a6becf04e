"""Slow the lab's machines until whoever started this ends: `python -m selftests.tools.slowed_machines compute1=5 …`.

A machine's threads, and the kernel's groups of them by session (sched(7), autogroups), get a niceness; busy loops
beside them use up the processors. All is undone when the standard input ends, as it does however its writer ended.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from lab import processes, status
from lab.machines import machines
from lab.processes import Process

BUSY = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"
"""It ends with its parent, too."""
READY = "slowed"
"""What is printed then."""
PASSES = 10
"""Threads are born while others are looked at."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Slow, wait for the end of the standard input, undo; 2 if a machine does not run."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.slowed_machines", description=__doc__)
    parser.add_argument("--competitors", type=int, default=0, metavar="N", help="busy loops; default 0")
    parser.add_argument("machines", nargs="*", metavar="MACHINE=NICENESS", help="such as compute1=5")
    options = parser.parse_args(arguments)
    wanted = {name: int(niceness) for name, _, niceness in (each.partition("=") for each in options.machines)}
    running = {name: status.running(machines()[name]) if name in machines() else None for name in wanted}
    if down := [name for name, process in running.items() if not process]:
        print(f"{', '.join(down)} not running: ./lab/lab up", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    slow = {process: wanted[name] for name, process in running.items() if process}
    with suppress(KeyboardInterrupt), slowed(slow), busy(options.competitors):
        print(READY, flush=True)
        sys.stdin.read()
    return 0


@contextmanager
def slowed(wanted: dict[Process, int]) -> Iterator[None]:
    """Machines with a niceness each, as they were in the end; what has a niceness of its own keeps it."""
    own = {thread for machine in wanted for thread in threads(family(machine)) if niceness(thread) != 0}
    try:
        for machine, number in wanted.items():
            renice(machine, number, but=own)
        yield
    finally:
        for machine in wanted:
            renice(machine, 0, but=own)


@contextmanager
def busy(number: int) -> Iterator[None]:
    """So many busy loops, each in a session of its own."""
    words = [sys.executable, "-c", BUSY, str(os.getpid())]
    loops = [subprocess.Popen(words, start_new_session=True) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def family(machine: Process) -> set[Process]:
    """The processes that are a machine."""
    return processes.with_descendants([machine]) | processes.in_session(machine)


def renice(machine: Process, number: int, but: Iterable[int] = ()) -> None:
    """Give all threads of a machine a niceness, those that are born meanwhile too.

    Args:
        but: threads that keep theirs.
    """
    for _ in range(PASSES):
        members = family(machine)
        others = [thread for thread in threads(members) if niceness(thread) != number and thread not in but]
        _renice_sessions(members, number)
        for thread in others:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, thread, number)
        if not others:
            return


def threads(members: Iterable[Process]) -> list[int]:
    """The thread IDs."""
    return [int(task.name) for member in members for task in _tasks(member)]


def niceness(thread: int) -> int:
    """0 for one that has just ended."""
    with suppress(ProcessLookupError):
        return os.getpriority(os.PRIO_PROCESS, thread)
    return 0


def _tasks(member: Process) -> list[Path]:
    with suppress(OSError):  # it has just ended
        return list(Path(f"/proc/{member.pid}/task").iterdir())
    return []


def _renice_sessions(members: set[Process], number: int) -> None:
    """Those that are within the machine; where the kernel has no groups by session, nothing."""
    pids = {member.pid for member in members}
    for session in {member.session for member in members} & pids:
        with suppress(OSError):
            Path(f"/proc/{session}/autogroup").write_text(f"{number}\n")


if __name__ == "__main__":
    sys.exit(main())
