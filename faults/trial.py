"""Faults of a drill: broken, found, compared with their entries, mended, and seen to be healthy again."""

import json
import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.lab_commands import lab, suite
from lab.faults import Fault, said_here
from lab.paths import CHECKOUT

FOLDER = CHECKOUT / "reports" / "drill"
"""For each fault what the run left: output.txt, verdict.json, results."""
FAILED = 1
"""pytest's exit code where checks failed."""
CLEAN_UP = "clean-up"
"""The row, in a verdict, of what could not be deleted."""


@dataclass(frozen=True)
class Trial:
    """What came of one fault; docs/verdict.md tells of it as data."""

    name: str
    row: str
    caught: bool
    """The run failed, and what a root cause that was found says has the entry's words."""
    right: bool
    """The entry's row is among the root causes that were found."""
    others: tuple[str, ...]
    """Root causes of other rows, that no fault has which was there: false alarms."""
    seconds: float
    """The whole run."""
    seconds_to_cause: float | None
    """From the run's beginning until the row was told to have failed, which is what a user waits for."""
    healthy: bool
    """After mending, all that had failed passes at once."""
    trouble: str = ""
    """Why the lab could not be broken or mended."""

    @property
    def is_good(self) -> bool:
        """Is all as it should be?"""
        return self.caught and self.right and not self.others and self.healthy and not self.trouble


def tried(*faults: Fault) -> list[Trial]:
    """Try a fault, or several in one run; whatever happens, even an interruption, they are mended."""
    folder = folder_of(faults)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    output = folder / "output.txt"
    begun: list[Fault] = []
    mended: list[bool] = []
    try:
        broken = all(_broken(fault, begun, output) for fault in faults)
        code, seconds = _run(folder) if broken else (0, 0.0)
    finally:
        mended += [lab("mend", fault.name, output=output, to_its_end=True) == 0 for fault in reversed(begun)]
    verdict = _verdict(folder)
    trouble = "" if broken and all(mended) else f"could not be {'mended' if broken else 'broken'}: see {output}"
    rows = {fault.row for fault in faults}
    healthy = all(mended) and _is_healthy(rows, verdict, output)
    return [judged(fault, verdict, code, seconds, healthy, trouble, rows) for fault in faults]


def folder_of(faults: Sequence[Fault]) -> Path:
    """Where the run with these faults leaves what it says."""
    return FOLDER / (faults[0].name if len(faults) == 1 else f"{faults[0].name}-and-{len(faults) - 1}-more")


def judged(
    fault: Fault,
    verdict: dict[str, Any],
    code: int,
    seconds: float,
    healthy: bool,
    trouble: str = "",
    rows: Collection[str] = (),
) -> Trial:
    """Compare a verdict with the entry.

    Args:
        rows: of the other faults that were there.
    """
    causes = verdict.get("root_causes", [])
    found = [cause for cause in causes if cause.get("cause_found", True)]
    own = [cause for cause in found if cause["row"] == fault.row]
    words = said_here(fault)
    return Trial(
        name=fault.name,
        row=fault.row,
        caught=code == FAILED and any(_says(cause, words) for cause in found),
        right=bool(own),
        others=tuple(dict.fromkeys(cause["row"] for cause in causes if cause["row"] not in {*rows, fault.row})),
        seconds=round(seconds, 1),
        seconds_to_cause=min((cause["seconds"] for cause in own), default=None),
        healthy=healthy,
        trouble=trouble,
    )


def _says(cause: dict[str, Any], words: Sequence[str]) -> bool:
    said = "\n".join(cause["messages"])
    return all(word in said for word in words)


def _run(folder: Path) -> tuple[int, float]:
    """Run the whole suite; its exit code and how long it took, in seconds."""
    began = time.monotonic()
    code = suite([f"--report-dir={folder}"], folder / "output.txt")
    return code, time.monotonic() - began


def _verdict(folder: Path) -> dict[str, Any]:
    file = folder / "verdict.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _broken(fault: Fault, begun: list[Fault], output: Path) -> bool:
    begun.append(fault)
    return lab("break", fault.name, output=output) == 0


def _is_healthy(rows: Collection[str], verdict: dict[str, Any], output: Path) -> bool:
    """Run again, once, what had failed; a clean-up is made up for by a sweep."""
    failed = {failure["row"] for failure in verdict.get("failures", [])}
    if CLEAN_UP in failed and suite(["--sweep"], output) != 0:
        return False
    again = ",".join(sorted(failed - {CLEAN_UP} or rows))
    return suite([f"--row={again}", f"--report-dir={output.with_name('again')}"], output) == 0
