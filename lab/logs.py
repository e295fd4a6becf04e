"""The consoles of the machines and the output of long steps, kept as files."""

import re
from pathlib import Path

from lab.paths import LOGS

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|[\x00-\x08\x0b-\x1f]")
_TAIL = 65536  # bytes; more than enough for a last line


def of_machine(name: str) -> Path:
    """Return where the console of a machine is kept."""
    return LOGS / f"{name}.log"


def fresh(name: str) -> Path:
    """Begin a new console log of a machine; the one of the start before stays as `.log.1`."""
    log = of_machine(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    log.touch()
    return log


def last_line(log: Path) -> str:
    """Return the last line of a log that is not empty, without terminal codes; "" if there is none."""
    if not log.is_file():
        return ""
    tail = log.read_bytes()[-_TAIL:].decode(errors="replace")
    lines = [_TERMINAL_CODES.sub("", line).strip() for line in tail.splitlines()]
    return next((line for line in reversed(lines) if line), "")


def newest() -> Path | None:
    """Return the log that was written to last, or None."""
    written = [path for path in LOGS.glob("**/*.log") if path.is_file()]
    return max(written, key=lambda path: path.stat().st_mtime, default=None)
