"""What a drill asks of the lab, through its own command line."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lab.machines import machines
from lab.paths import CHECKOUT

LAB = CHECKOUT / "lab" / "lab"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def lab(*words: str, output: Path) -> int:
    """Run one command of the lab, what it says appended to a file; its exit code.

    It is out of the terminal's reach: only the drill is stopped, and lets the command come to its own end.
    """
    with output.open("ab") as log:
        process = subprocess.Popen(
            [LAB, *words], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


def suite(arguments: Sequence[str], output: Path) -> int:
    """Run the suite on the lab; pytest's exit code."""
    return lab("exec", "--", "pytest", f"--hosts={','.join(machines())}", *arguments, output=output)


def stop_in_order() -> None:
    """Have whoever ends the drill interrupt it, so that what is broken is mended."""
    for number in STOPS:
        signal.signal(number, _stop)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Go on to the end, and be interrupted only then.

    Raises:
        KeyboardInterrupt: after the end, if someone wanted to interrupt meanwhile.
    """
    asked: list[int] = []
    before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        _stop(asked[0], None)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)
