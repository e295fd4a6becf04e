"""What runs, since when, with how much memory and disk, and where its log is."""

import os
import time
from pathlib import Path

from lab import logs, network, processes
from lab.machines import Machine, machines, networks
from lab.paths import NETNS, STATE
from lab.processes import Process

_MIB = 1024**2
_HEADER = ("machine", "kind", "address", "running", "memory", "disk", "log")


def table() -> list[tuple[str, ...]]:
    """Return a header and one row a machine, and one for the runner's side."""
    return [_HEADER, *(_row(machine) for machine in machines().values()), _runner()]


def all_running() -> bool:
    """Say whether every machine runs."""
    return processes.NETNS_FILE.exists() and all(running(machine) for machine in machines().values())


def running(machine: Machine) -> Process | None:
    """Return the process that is the machine (systemd-nspawn, or the UML kernel), or None."""
    return processes.recorded(STATE / machine.name / "process")


def text(rows: list[tuple[str, ...]]) -> str:
    """Return rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in padded)


def _row(machine: Machine) -> tuple[str, ...]:
    process = running(machine)
    return (
        machine.name,
        machine.kind,
        machine.address,
        f"pid {process.pid} since {_clock(processes.since(process))}" if process else "no",
        f"{_memory(process) / _MIB:.0f} MiB" if process else "-",
        f"{_written(machine) / _MIB:.0f} MiB",
        str(logs.of_machine(machine.name)),
    )


def _runner() -> tuple[str, ...]:
    addresses = ", ".join(entry.runner for entry in networks().values())
    present = processes.NETNS_FILE.exists() and bool(network.devices())
    return ("(runner)", "namespace", addresses, NETNS if present else "no", "-", "-", "-")


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _memory(process: Process) -> int:
    """Bytes of a machine's processes, each shared page counted once (proc(5), Pss)."""
    return sum(_pss(member) for member in processes.with_descendants([process]))


def _pss(process: Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _written(machine: Machine) -> int:
    """Bytes that a machine has written over its image: an overlay's upper folder, or a copy-on-write disk."""
    folder = STATE / machine.name
    upper = (Path(top) / name for top, _, names in os.walk(folder / "upper") for name in names)
    return sum(_blocks(path) for path in (folder / "disk", *upper))


def _blocks(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512  # stat(2): units of 512 bytes, whatever the file system
    except OSError:
        return 0
