"""A class in lines, one for each change; and how long it will still take, by how long earlier runs took."""

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from fixtures.report.row_states import PASSED
from reports.classroom.result import Result
from reports.classroom.student_run import StudentRun

STEPS = (25, 50, 75)
"""Percent at which a line is told."""


def left(runs: Sequence[StudentRun], width: int, now: float) -> float | None:
    """Seconds until the last run ends; None where no run, of whoever's, has ended yet.

    Args:
        width: how many go on at a time.
        now: as time.monotonic() has it.
    """
    known = [run.expected for run in runs if run.expected] + [run.seconds for run in runs if run.state == "done"]
    going = [run for run in runs if run.state == "running"]
    waiting = [run for run in runs if run.state == "waiting"]
    if not known and (going or waiting):
        return None
    usual = median(known) if known else 0
    ends = [max(0.0, (run.expected or usual) - (now - run.began)) for run in going]
    free = [*ends, *[0.0] * max(0, width - len(ends))]
    heapq.heapify(free)
    for run in waiting:
        ends.append(heapq.heappop(free) + (run.expected or usual))
        heapq.heappush(free, ends[-1])
    return max(ends, default=0)


def in_words(seconds: float | None) -> str:
    """Such as "about 8 min left"; empty where nobody knows, or there is nothing left."""
    if not seconds:
        return ""
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {max(1, round(seconds))} s left"


@dataclass
class Lines:
    """What is said while a class runs."""

    runs: Sequence[StudentRun]
    width: int
    _steps: dict[str, int] = field(default_factory=dict)

    def of(self, run: StudentRun, result: Result) -> Iterator[str]:
        """The line for what has just changed, if it is worth one."""
        if run.state == "running" and not run.percent:
            yield f"{run.name}: started"
        elif run.state == "running":
            yield from self._step(run)
        else:
            yield f"{run.name}: {outcome(run, result)}; {self.all()}"

    def all(self) -> str:
        """How far the class is."""
        done = sum(run.state in ("done", "not started") for run in self.runs)
        rest = in_words(left(self.runs, self.width, time.monotonic()))
        return f"{done} of {len(self.runs)} done{f', {rest}' if rest else ''}"

    def _step(self, run: StudentRun) -> Iterable[str]:
        step = max((each for each in STEPS if each <= run.percent), default=0)
        if step <= self._steps.get(run.name, 0):
            return []
        self._steps[run.name] = step
        return [f"{run.name}: {run.percent} % of the checks, {time.monotonic() - run.began:.0f} s"]


def outcome(run: StudentRun, result: Result) -> str:
    """What came of a run that has ended, or was never begun."""
    problem = run.problem or result.problem
    if run.state == "not started":
        return f"not started: {problem}"
    took = f" in {run.seconds:.0f} s" if run.seconds else ""
    if result.code == 0:
        return f"{'all passed' if result.count(PASSED) else 'nothing could be looked at'}{took}"
    if result.code == 1:
        return f"{_count(result.causes, 'root cause')}{took}{_not_found(result)}"
    if result.code == 4:
        return f"could not begin: {problem}"
    return f"did not come to its end{took}: {problem or 'see its output'}"


def _not_found(result: Result) -> str:
    return f", {_count(result.not_found, 'cause')} not found" if result.not_found else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
