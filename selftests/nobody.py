"""Whoever runs the self-tests may be root, whom no permission keeps out."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

NOBODY = 65534
Answer = TypeVar("Answer")


def told_to_nobody(ask: Callable[..., Answer], *given: object) -> Answer:
    """What the call gives to a user who is not root."""
    if os.getuid() != 0:
        return ask(*given)
    with ProcessPoolExecutor(1, get_context("fork"), os.setuid, (NOBODY,)) as process:
        return process.submit(ask, *given).result()
