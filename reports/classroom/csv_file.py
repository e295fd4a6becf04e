"""The class as CSV: a line for each student, for whoever gives marks."""

import csv
import io
from collections.abc import Sequence

from fixtures.report.row_states import BLOCKED, CAUSE, CONSEQUENCE
from reports.classroom.marks import Line, Points
from reports.classroom.progress import outcome
from reports.classroom.result import Result
from reports.classroom.student_run import StudentRun

COLUMNS = ("student", "outcome", "exit_code", "seconds", "points", "of", "causes", "consequences", "blocked")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV Injection."""


def as_csv(
    runs: Sequence[StudentRun], results: Sequence[Result], marked: Sequence[Points], lines: Sequence[Line]
) -> str:
    """The text; after the columns that all have, one for each row of the requirements, by its name."""
    rows = sorted(lines, key=lambda line: line.row)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(line.row for line in rows)])
    for number, (run, result, mark) in enumerate(zip(runs, results, marked, strict=True)):
        code = "" if result.code is None else result.code
        took = round(run.seconds or result.seconds, 1)
        counts = [result.count(state) for state in (CAUSE, CONSEQUENCE, BLOCKED)]
        told = [safe(run.name), safe(told_of(run, result)), code, took, f"{mark.own:g}", f"{mark.most:g}"]
        writer.writerow([*told, *counts, *(line.marks[number].state for line in rows)])
    return text.getvalue()


def told_of(run: StudentRun, result: Result) -> str:
    """What came of it, or that nothing has yet."""
    return run.state if run.state in ("waiting", "running") else outcome(run, result)


def safe(text: str) -> str:
    """The text, which no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
