"""The class as a table: rows of the requirements, the most mistaken first; students, and their points."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fixtures.report.row_states import BLOCKED, CAUSE, CONSEQUENCE
from fixtures.verdict.verdict import title_of
from reports.classroom.class_file import Scheme
from reports.classroom.result import Result

SHOWN = {
    "passed": ("✓", "pass"),
    "cause": ("✗", "cause"),
    "consequence": ("↳", "follows"),
    "blocked": ("…", "blocked"),
    "skipped": ("○", "not there"),
    "unknown": ("?", "not seen"),
}
"""By state, a sign and a word, so that nobody has to tell colours apart."""
ROW = re.compile(r"[A-Z]+-\d+")


@dataclass(frozen=True)
class Mark:
    """One row of a student's."""

    state: str
    told: str

    @property
    def sign(self) -> str:
        """For the eye."""
        return SHOWN[self.state][0]

    @property
    def word(self) -> str:
        """For whoever does not see it, or prints it."""
        return SHOWN[self.state][1]


@dataclass(frozen=True)
class Line:
    """A row of the requirements, with a mark for each student."""

    row: str
    title: str
    marks: Sequence[Mark]

    def count(self, *states: str) -> int:
        """How many students have it so."""
        return sum(mark.state in states for mark in self.marks)


@dataclass(frozen=True)
class Points:
    """Of a student."""

    own: float
    most: float
    """With every row of the page passed."""


def lines(results: Sequence[Result]) -> list[Line]:
    """A line for each row that a run has looked at, sorted by how many it was a cause for, then what followed."""
    rows = {row for result in results for row in result.rows if ROW.fullmatch(row)}
    found = [
        Line(row, title_of(row), [Mark(each.state(row), each.told.get(row, "")) for each in results]) for row in rows
    ]
    return sorted(found, key=lambda line: (-line.count(CAUSE), -line.count(CONSEQUENCE, BLOCKED), *_natural(line.row)))


def points(results: Sequence[Result], scheme: Scheme) -> list[Points]:
    """Of each student, by the file's scheme."""
    rows = sorted({row for result in results for row in result.rows if ROW.fullmatch(row)})
    most = sum(scheme.points(row, "passed") for row in rows)
    return [Points(sum(scheme.points(row, each.state(row)) for row in rows), most) for each in results]


def _natural(row: str) -> tuple[str, int]:
    group, _, number = row.partition("-")
    return group, int(number)


def legend() -> Mapping[str, tuple[str, str]]:
    """What the signs mean."""
    return SHOWN
