"""Which checkout has the lab on this machine, and which command is changing it now."""

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import processes
from lab.errors import LabError
from lab.paths import CACHE, CHECKOUT, LOCK, STATE

_FILE = STATE / "owner"
_held = threading.Event()


@dataclass(frozen=True)
class Owner:
    """The checkout that has the lab.

    Attributes:
        checkout: its folder.
        cache: where it keeps what it builds.
        since: when it took the lab, local time.
    """

    checkout: Path
    cache: Path
    since: str


def recorded() -> Owner | None:
    """Return who has the lab, or None."""
    try:
        entry = json.loads(_FILE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return Owner(Path(entry["checkout"]), Path(entry["cache"]), entry["since"])


def claim() -> None:
    """Write down that this checkout has the lab."""
    if recorded():
        return
    STATE.mkdir(parents=True, exist_ok=True)
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    entry = {"checkout": str(CHECKOUT), "cache": str(CACHE), "since": since}
    new = _FILE.with_suffix(".new")
    new.write_text(json.dumps(entry))
    new.rename(_FILE)


def require_ours() -> None:
    """Raise LabError if another checkout has the lab; one of which nothing runs any more has it not."""
    owner = recorded()
    if owner and owner.checkout != CHECKOUT and processes.any_runs():
        raise LabError(
            f"the lab on this machine belongs to {owner.checkout} (up since {owner.since}): "
            "run './lab/lab down' there, or './lab/lab down --force' here"
        )


@contextmanager
def held(force: bool = False) -> Iterator[None]:
    """Hold the lock of commands that change the lab; raises LabError if another command or checkout has it.

    Arguments:
        force: take the lab over from another checkout.
    """
    lock = _take()
    try:
        if not force:
            require_ours()
        _held.set()
        yield
    finally:
        _held.clear()
        # The file goes with the lab; while the lock is held nobody else can have it.
        if not STATE.exists():
            LOCK.unlink(missing_ok=True)
        os.close(lock)


def is_held() -> bool:
    """Say whether this process holds the lock."""
    return _held.is_set()


def _take() -> int:
    while True:
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 4096).decode()
            os.close(lock)
            raise LabError(f"another command is changing the lab: {holder or 'just started'}") from None
        if _is_current(lock):
            os.ftruncate(lock, 0)
            os.write(lock, f"pid {os.getpid()} of {CHECKOUT}".encode())
            return lock
        os.close(lock)


def _is_current(lock: int) -> bool:
    # The holder before may have removed the file between open and flock.
    return LOCK.exists() and LOCK.stat().st_ino == os.fstat(lock).st_ino
