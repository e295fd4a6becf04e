"""How long a command takes, and how much memory: of its own process, and with all that it has started."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.5
"""Seconds between two looks at the memory."""
MIB = 1024
"""The kernel counts in KiB."""


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    code: int
    seconds: float
    own: float
    """MiB that the process itself had at most (VmHWM)."""
    all: float
    """MiB that it and its children, ssh's shared connections among them, had at most, what they share counted once."""
    output: str


def measured(words: Sequence[str], folder: Path, environment: Mapping[str, str], mark: str, output: Path) -> Measured:
    """Run a command to its end.

    Args:
        folder: in which it runs.
        environment: its own.
        mark: NAME=VALUE, in its environment and so in its children's: of ssh's masters, which outlive it, too.
        output: the file for what it prints.
    """
    began, peaks, ended = time.monotonic(), [0, 0], threading.Event()
    name, _, value = mark.partition("=")
    marked_too = {**environment, name: value}
    with output.open("wb") as stream:
        process = subprocess.Popen(words, cwd=folder, env=marked_too, stdout=stream, stderr=subprocess.STDOUT)

    def look() -> None:
        while not ended.wait(EVERY):
            peaks[0] = max(peaks[0], _kib(process.pid, "status", "VmHWM"))
            peaks[1] = max(peaks[1], sum(_kib(pid, "smaps_rollup", "Pss") for pid in marked(mark)))

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        code = process.wait()
    finally:
        ended.set()
        looker.join()
        process.kill()
    seconds = time.monotonic() - began
    return Measured(code, seconds, peaks[0] / MIB, peaks[1] / MIB, output.read_text(errors="replace"))


def marked(mark: str) -> list[int]:
    """The processes that have a variable with this value."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def available() -> float:
    """MiB of memory that programs can still have on this machine (proc(5))."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]) / MIB


def _kib(pid: int, file: str, field: str) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(f"{field}:")).split()[1])
    return 0
