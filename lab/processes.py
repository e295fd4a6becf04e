"""Processes of the lab: how they are started, told from all others, and ended."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab.command import MARKER
from lab.errors import LabError
from lab.paths import NETNS

# Every process that the lab starts carries this in its environment, so that it is found without a pid file.
MARK = "=".join(*MARKER.items())
NETNS_FILE = Path("/run/netns") / NETNS
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """A process; the start time tells it from a later one with the same pid.

    Attributes:
        pid: process ID.
        started: clock ticks since the host booted, proc(5), field 22 of /proc/PID/stat.
        parent: process ID of the parent.
        session: session ID; start() gives every machine one of its own, equal to its pid.
    """

    pid: int
    started: int
    parent: int = field(compare=False, default=0)
    session: int = field(compare=False, default=0)


def mark_children() -> None:
    """Make every process that this one starts from now on carry the mark."""
    os.environ.update(MARKER)


def unmarked(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment without the mark: for commands that are the user's own."""
    return {name: value for name, value in environment.items() if name not in MARKER}


def run(*command: str, stdin: str | None = None) -> str:
    """Run a short command and return what it prints; raises CalledProcessError, with stderr, if it fails."""
    return subprocess.run(command, input=stdin, check=True, capture_output=True, text=True).stdout


def start(command: Collection[str], log: Path) -> Process:
    """Start a process that outlives this command: a session of its own, output to a log."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
        )
    # poll() and wait() of Popen are not used: alive() counts a zombie as dead.
    child.returncode = 0
    return find(child.pid) or Process(child.pid, 0)


def find(pid: int) -> Process | None:
    """Return the process with this pid, or None if it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name is in brackets and may hold brackets and blanks itself.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]), int(fields[1]), int(fields[3]))


def every() -> list[Process]:
    """Return the processes of this machine."""
    found = (find(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [process for process in found if process]


def alive(process: Process) -> bool:
    """Say whether this very process still runs."""
    return find(process.pid) == process


def since(process: Process) -> float:
    """Return when a process started, in seconds since the epoch."""
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot.split()[1]) + process.started / _TICKS


def marked(process: Process) -> bool:
    """Say whether a process carries the lab's mark."""
    try:
        return MARK.encode() in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def in_namespace(process: Process) -> bool:
    """Say whether a process is on the runner's side of the lab's network."""
    return NETNS_FILE.exists() and _inode(f"/proc/{process.pid}/ns/net") == NETNS_FILE.stat().st_ino


def _inode(path: str) -> int:
    try:
        return Path(path).stat().st_ino
    except OSError:
        return 0


def rooted_below(process: Process, folders: Iterable[Path]) -> bool:
    """Say whether the root directory of a process lies below one of the folders (a chroot of a build)."""
    try:
        root = Path(f"/proc/{process.pid}/root").readlink()
    except OSError:
        return False
    return any(root.is_relative_to(folder) for folder in folders)


def with_descendants(roots: Iterable[Process]) -> set[Process]:
    """Return the processes with their children, grandchildren and so on."""
    present = every()
    family = set(roots).intersection(present)
    while True:
        pids = {process.pid for process in family}
        born = {process for process in present if process.parent in pids} - family
        if not born:
            return family
        family |= born


def any_runs() -> bool:
    """Say whether any process of a lab, whoever's it is, runs on this machine."""
    return any(marked(process) or in_namespace(process) for process in set(every()) - own_line())


def own_line() -> set[Process]:
    """Return this process and its ancestors: never to be ended."""
    line: set[Process] = set()
    process = find(os.getpid())
    while process:
        line.add(process)
        process = find(process.parent)
    return line


def end(processes: Iterable[Process]) -> None:
    """Send SIGKILL to processes, each told by its start time; one that ends meanwhile is ended."""
    for process in processes:
        with suppress(ProcessLookupError):
            _end(process)


def _end(process: Process) -> None:
    handle = os.pidfd_open(process.pid)
    try:
        # The handle is open: from here on the pid cannot become another process's.
        if alive(process):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)


def end_all(present: Callable[[], set[Process]], patience: float = 0.0, within: float = 15.0) -> None:
    """End processes until none is left: those that are born meanwhile too.

    Arguments:
        present: finds the processes that must go.
        patience: seconds in which they may end by themselves.
        within: seconds; after that LabError names what is left.
    """
    begun = time.monotonic()
    while left := present():
        spent = time.monotonic() - begun
        if spent > within:
            raise LabError(f"processes that do not end: {', '.join(str(process.pid) for process in left)}")
        if spent >= patience:
            end(left)
        time.sleep(0.02)


def in_session(leader: Process) -> set[Process]:
    """Return the processes of the session that a process leads."""
    return {process for process in every() if process.session == leader.pid}


def record(file: Path, process: Process) -> None:
    """Write down a process, so that later commands know it."""
    file.write_text(json.dumps({"pid": process.pid, "started": process.started, "boot": _boot_id()}))


def recorded(file: Path) -> Process | None:
    """Return the process that was written down if it still runs, else None."""
    try:
        entry = json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    process = find(entry["pid"])
    # After a reboot of the host another process may have both numbers.
    same = process == Process(entry["pid"], entry["started"]) and entry["boot"] == _boot_id()
    return process if same else None


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
