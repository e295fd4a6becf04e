"""The page of a class: one HTML file that needs nothing else."""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import jinja2

from reports.classroom.class_file import ClassFile
from reports.classroom.csv_file import as_csv, told_of
from reports.classroom.marks import Line, Points, legend, lines, points
from reports.classroom.progress import in_words, left
from reports.classroom.result import Result
from reports.classroom.student_run import StudentRun

HERE = Path(__file__).parent
PAGE, TABLE = "index.html", "class.csv"
OFTEN = 10
"""Seconds after which a browser reads the page of a class that runs again."""


def draw(folder: Path, read: ClassFile, runs: Sequence[StudentRun], results: Sequence[Result]) -> Path:
    """Write both, whole or not at all; the page.

    Args:
        results: of each run, in the same order; empty ones of those that have none yet.

    Raises:
        OSError: they cannot be written.
    """
    table, marked = lines(results), points(results, read.points)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / TABLE, as_csv(runs, results, marked, table))
    _write(folder / PAGE, _page(read, runs, results, marked, table))
    return folder / PAGE


def _page(
    read: ClassFile,
    runs: Sequence[StudentRun],
    results: Sequence[Result],
    marked: Sequence[Points],
    table: Sequence[Line],
) -> str:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    env.filters["g"] = lambda number: f"{number:g}"
    is_going = any(run.state in ("waiting", "running") for run in runs)
    return env.get_template("page.html.j2").render(
        title=read.class_.title,
        often=OFTEN if is_going else 0,
        done=sum(run.state in ("done", "not started") for run in runs),
        left=in_words(left(runs, read.class_.width, time.monotonic())) if is_going else "",
        written=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z"),
        students=[
            {
                "name": run.name,
                "link": quote(f"{run.folder.name}/{result.report}") if result.report else "",
                "told": told_of(run, result),
                "percent": run.percent,
                "state": run.state,
                "seconds": run.seconds or result.seconds,
                "points": mark,
            }
            for run, result, mark in zip(runs, results, marked, strict=True)
        ],
        table=table,
        legend=legend(),
        csv=TABLE,
    )


def _write(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
