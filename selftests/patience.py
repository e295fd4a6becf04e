"""How long a self-test waits for what will come, on a machine however busy."""

import time
from collections.abc import Callable

LONG = 300
"""Seconds; only what never comes takes them."""


def until(holds: Callable[[], object]) -> None:
    """Look again and again until it holds.

    Raises:
        AssertionError: it does not within LONG.
    """
    deadline = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < deadline, f"not within {LONG} s"
        time.sleep(0.02)
