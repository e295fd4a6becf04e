"""What a drill asks of the lab, through its own command line."""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab.machines import machines
from lab.paths import CHECKOUT

LAB = CHECKOUT / "lab" / "lab"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_AGAIN = 0.2
"""Seconds; how soon a wish to stop is seen."""
_wishes: list[int] = []
"""Signals of whoever wants the drill to end."""


def lab(*words: str, output: Path, to_its_end: bool = False) -> int:
    """Run one command of the lab, what it says appended to a file; its exit code.

    It is out of the terminal's reach: only the drill is stopped, and lets the command come to its own end.

    Args:
        to_its_end: whoever wants the drill to end waits for it, as for a mend.

    Raises:
        KeyboardInterrupt: someone wants the drill to end.
    """
    if not to_its_end:
        _stop_if_wished()
    with output.open("ab") as log:
        process = subprocess.Popen(
            [LAB, *words], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        while (code := _exit_code(process)) is None:
            if _wishes and not to_its_end:
                process.terminate()
                process.wait()
    if not to_its_end:
        _stop_if_wished()
    return code


def suite(arguments: Sequence[str], output: Path) -> int:
    """Run the suite on the lab; pytest's exit code."""
    return lab("exec", "--", "pytest", f"--hosts={','.join(machines())}", *arguments, output=output)


def stop_in_order() -> None:
    """Have a signal that ends the drill do so between two steps, so that what is broken is mended.

    A handler that raises could do so between the end of a run and the mending.
    """
    _wishes.clear()
    for number in STOPS:
        signal.signal(number, lambda got, _: _wishes.append(got))


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=LOOK_AGAIN)
    except subprocess.TimeoutExpired:
        return None


def _stop_if_wished() -> None:
    if _wishes:
        raise KeyboardInterrupt(_wishes[0])
