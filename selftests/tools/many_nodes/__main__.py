"""The node checks on a hundred nodes of this machine: how long they take, how much memory, what they print.

`python -m selftests.tools.many_nodes [--nodes 1,10,30,100] [--delay 20] [-- PYTEST OPTIONS]`, as root, from the lab's
images (`./lab/lab up` builds them; it may be down). Each node is a container with a systemd and an sshd of its own over
a copy-on-write root of the lab's compute node. Plain testinfra, over ssh:// with ControlPersist and over paramiko://,
is asked for the same properties in the same run.

There is no controller, so that its ports are closed: NOVA-5 and NOVA-7 fail on all nodes alike, which shows how that
is told. All of it is in namespaces of its own (mount, PID, network) and goes when this ends, however it does; only the
limit of inotify instances is raised for the time. Exit codes: 0 all goals are reached, 1 one is not, 2 cannot be done.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fixtures.core.waiting import wait_for
from lab import cgroups, images, preflight, processes
from lab.errors import LabError
from lab.progress import say
from selftests import ROOT
from selftests.tools.many_nodes.compute_nodes import layers
from selftests.tools.many_nodes.inside import PLAIN
from selftests.tools.many_nodes.measured import available

PER_NODE, RUNNER = 80, 2048
"""MiB: of a node with its root's changes (libvirtd is half of it), of all else."""
INSTANCES = 16
"""Of inotify, that a node's systemd and services take; the kernel lets a user have 128 (inotify(7))."""
LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
TO_END = 30
"""Seconds until the kernel has let go of ended processes."""
OWN = ("--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")


def main(arguments: Sequence[str]) -> int:
    """Enter the namespaces and do it there."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.many_nodes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--nodes", type=_numbers, default=[1, 10, 30, 100], metavar="N[,N]", help="default 1,10,30,100")
    parser.add_argument("--delay", type=float, default=20, metavar="MS", help="each way; default 20")
    parser.add_argument("--plain", type=_ways, default=list(PLAIN), metavar="WAY[,WAY]", help="default ssh,paramiko")
    parser.add_argument("--whole", action="store_true", help="plain testinfra asks more than 10 nodes, too: hours")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where all is written as JSON")
    parser.add_argument("options", nargs="*", metavar="PYTEST OPTIONS", help="of the suite, after --")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        preflight.check_root()
        preflight.require(lacks(max(given.nodes), available()))
        if processes.any_runs():
            say("a lab runs beside this: it takes processors, and so all takes longer")
        report = str(given.report.absolute()) if given.report else ""
        asked = {**vars(given), "report": report}
        with images.in_use(), _instances(INSTANCES * max(given.nodes)):
            return _inside(["-m", "selftests.tools.many_nodes.inside", json.dumps(asked)])
    except KeyboardInterrupt:
        print("many nodes: interrupted; nothing is left", file=sys.stderr)
        return 130
    except (LabError, OSError) as problem:
        print(f"many nodes: {problem}", file=sys.stderr)
        return 2


def lacks(nodes: int, free: float) -> list[str]:
    """What this machine lacks for so many nodes, a line each.

    Args:
        free: MiB of memory.
    """
    missing = [str(layer) for layer in layers() if not layer.exists()]
    built = [f"not built: {', '.join(missing)}. Fix: ./lab/lab up, then ./lab/lab down"] if missing else []
    needed = RUNNER + PER_NODE * nodes
    fix = f"./lab/lab down, or --nodes={max(int(free - RUNNER) // PER_NODE, 1)}"
    return built + ([f"{free:.0f} MiB of memory available, {needed} needed. Fix: {fix}"] if free < needed else [])


def _inside(words: Sequence[str]) -> int:
    """Run Python with these words in the namespaces; whatever it has started ends with it, and with this process."""
    bound = ["setpriv", "--pdeathsig", "KILL", "unshare", *OWN]
    process = subprocess.Popen([*bound, sys.executable, *words], cwd=ROOT, start_new_session=True)
    namespace = ""
    try:
        namespace = wait_for("the namespaces", lambda: _namespace(process.pid), bool, TO_END, fix="read what it says")
        return process.wait()
    finally:
        process.kill()
        process.wait()
        if namespace:
            _remove_groups(namespace)


def _namespace(pid: int) -> str:
    """The PID namespace of a process's children, as pid:[NUMBER]; empty as long as it is this one, or it has ended."""
    try:
        found = os.readlink(f"/proc/{pid}/ns/pid_for_children")
    except OSError:
        return ""
    return "" if found == os.readlink("/proc/self/ns/pid") else found


def _remove_groups(namespace: str) -> None:
    """The control groups of the nodes, as soon as the kernel is done with their processes."""

    def left() -> list[Path]:
        try:
            cgroups.remove(namespace)
        except OSError:
            return cgroups.present(namespace)
        return []

    wait_for("the nodes' control groups to be empty", left, lambda there: not there, TO_END, fix="rmdir them")


@contextmanager
def _instances(more: int) -> Iterator[None]:
    """Let root have so many more instances of inotify, for the time."""
    before = int(LIMIT.read_text())
    LIMIT.write_text(str(before + more))
    try:
        yield
    finally:
        LIMIT.write_text(str(before))


def _numbers(told: str) -> list[int]:
    """As 1,10,30; each from 1 to 999."""
    numbers = [int(each) for each in told.split(",")]
    if not all(0 < number < 1000 for number in numbers):
        raise ValueError(told)
    return sorted(set(numbers))


def _ways(told: str) -> list[str]:
    ways = [each for each in told.split(",") if each]
    if strangers := set(ways) - PLAIN.keys():
        raise ValueError(strangers)
    return ways


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
