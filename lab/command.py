"""Running a program with its output in a log."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab import pid_namespace

# By which `down` finds what an interrupted command left running; a host sees the processes of labs in containers, too
MARKER = {"OPENSTACK_LAB_PROCESS": f"started-by-lab{pid_namespace.tag()}"}


def run(command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command, its output appended to `log`.

    Raises:
        subprocess.CalledProcessError: it ended with another status than 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **MARKER, **(env or {})},
        )
