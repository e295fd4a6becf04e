"""Long steps say what they do, how far they are and how long they have taken."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEARTBEAT = 10.0  # seconds between two lines of one step
_STARTED = time.monotonic()


def say(text: str) -> None:
    """Print one line with the time since the command began (seconds)."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


@contextmanager
def step(title: str, how_far: Callable[[], str] = str) -> Iterator[None]:
    """Announce a step, tell every HEARTBEAT seconds how far it is, and say how it ended.

    Arguments:
        title: what is being done.
        how_far: gives a short text on the progress; called from another thread.
    """
    begun = time.monotonic()
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(HEARTBEAT):
            say(f"{title}: {how_far()} ({time.monotonic() - begun:.0f} s so far)")

    say(f"{title} …")
    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        ended.set()
        teller.join()
        say(f"{title}: {outcome} after {time.monotonic() - begun:.0f} s")
