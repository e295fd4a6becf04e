"""What a drill asks of the lab, through its own command line."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lab.paths import CHECKOUT

LAB = CHECKOUT / "lab" / "lab"


def lab(*words: str, output: Path) -> int:
    """Run one command of the lab, what it says appended to a file; its exit code.

    When the drill is stopped the command is let come to its own end: the suite clears away what it made.
    """
    with output.open("ab") as log:
        process = subprocess.Popen([LAB, *words], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            return process.wait()
        except KeyboardInterrupt as stop:
            if stop.args != (signal.SIGINT,):  # which a terminal sends to the command, too
                process.terminate()
            process.wait()
            raise


def suite(arguments: Sequence[str], output: Path) -> int:
    """Run the suite on the lab; pytest's exit code."""
    return lab("exec", "--", "pytest", "--hosts=controller,compute1,block1", *arguments, output=output)


def stop_in_order() -> None:
    """Have whoever ends the drill interrupt it, so that what is broken is mended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Go on to the end, whoever wants to interrupt; the lab's commands do the same."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)
