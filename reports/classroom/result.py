"""What came of a student's run, read from its verdict: nothing of it is believed but its shape."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fixtures.report.row_states import UNKNOWN

RowState = Literal["cause", "consequence", "blocked", "passed", "skipped", "unknown"]
LARGEST = 64 * 2**20
"""Bytes of a verdict."""
REPORTS = ("report.html", "html/index.html", "verdict.json", "output.txt")
"""What shows a run, the best first."""
SHORT = 200
"""Characters of a message."""


class _Cause(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    row: str
    cause_found: bool = True


class _Failure(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    row: str
    message: str = ""


class _Verdict(BaseModel):
    """As docs/verdict.md describes it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    exit_code: int | None
    problems: list[str] = []
    seconds: float = 0
    root_causes: list[_Cause] = []
    failures: list[_Failure] = []
    rows: dict[str, RowState] = {}


@dataclass(frozen=True)
class Result:
    """What came of it."""

    code: int | None = None
    """None where it did not come to its end, or there was no run."""
    problem: str = ""
    seconds: float = 0
    rows: Mapping[str, str] = field(default_factory=dict)
    causes: int = 0
    """That were found."""
    not_found: int = 0
    """Failures of which the run could not say what is to be fixed."""
    told: Mapping[str, str] = field(default_factory=dict)
    """By row, what its first failure says."""
    report: str = ""
    """What shows it, below the student's folder."""

    def state(self, row: str) -> str:
        """Of a row."""
        return self.rows.get(row, UNKNOWN)

    def count(self, *states: str) -> int:
        """How many rows are in one of these states."""
        return sum(state in states for state in self.rows.values())


def result_in(folder: Path, not_before: float = 0) -> Result:
    """What the folder holds.

    Args:
        not_before: a verdict that was written before that moment (of the file system) is an earlier run's.
    """
    report = next((name for name in REPORTS if (folder / name).is_file()), "")
    file = folder / "verdict.json"
    try:
        status = file.stat()
        if status.st_mtime < not_before:
            return Result(problem="it ended before it wrote a verdict", report=_output(folder))
        if status.st_size > LARGEST:
            return Result(problem="its verdict is too large to be one", report=report)
        verdict = _Verdict.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Result(report=report)
    except (OSError, ValueError, RecursionError):
        return Result(problem="its verdict cannot be read", report=report)
    return Result(
        code=verdict.exit_code,
        problem=next((line.splitlines()[0][:SHORT] for line in verdict.problems if line.strip()), ""),
        seconds=verdict.seconds,
        rows=verdict.rows,
        causes=sum(each.cause_found for each in verdict.root_causes),
        not_found=sum(not each.cause_found for each in verdict.root_causes),
        told={each.row: _first(each.message) for each in reversed(verdict.failures)},
        report=report,
    )


def _output(folder: Path) -> str:
    return REPORTS[-1] if (folder / REPORTS[-1]).is_file() else ""


def _first(message: str) -> str:
    line = next(iter(message.strip().splitlines()), "")
    return line if len(line) <= SHORT else f"{line[:SHORT]}…"


def usual_seconds(history: Path) -> float | None:
    """The median of a student's earlier runs; None where there is none, or they cannot be read."""
    found = [seconds for file in sorted(history.glob("*.json"))[-20:] if (seconds := _seconds(file)) is not None]
    return median(found) if found else None


def _seconds(file: Path) -> float | None:
    try:
        seconds = json.loads(file.read_bytes()[:LARGEST])["seconds"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return float(seconds) if isinstance(seconds, int | float) and 0 < seconds < 10**6 else None
