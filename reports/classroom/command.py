"""Run a class side by side, each student's cloud by itself, and draw one page of all: docs/class.md.

python -m reports.classroom CLASS.toml [--folder FOLDER] [--width N] [--draw-only] [--allure]
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fixtures.core.paths import is_there, why_unseen
from fixtures.core.usage_errors import problem
from reports.classroom.class_file import ClassFile, Mistakes, read_class
from reports.classroom.page import draw
from reports.classroom.progress import Lines
from reports.classroom.result import Result, result_in, usual_seconds
from reports.classroom.side_by_side import SideBySide
from reports.classroom.student_run import HISTORY, SUITE, StudentRun, folders
from reports.render import ReportError, render

PASSED, FAILED, INTERRUPTED, BAD_INPUT = 0, 1, 2, 4
"""As pytest has them."""
CLOCKS = 1
"""Seconds by which a file system's clock may be behind."""


def main(arguments: Sequence[str], suite: Sequence[str] = SUITE) -> int:
    """Run a class, or draw what is there of it.

    Args:
        arguments: without the program's name.
        suite: how the suite is started.

    Returns:
        0 if all ran and passed, 1 if not, 2 if it was interrupted, 4 if nothing was begun.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:
        return BAD_INPUT if end.code else PASSED
    try:
        read = _read(options)
        return _draw_only(options, read) if options.draw_only else _run(options, read, suite)
    except Mistakes as mistakes:
        print(*mistakes.args, sep="\n", file=sys.stderr)
    except OSError as error:
        print(
            problem(str(error.filename or options.folder), error.strerror or "", "chown it, or make room"),
            file=sys.stderr,
        )
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="openstack-acceptance class", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, metavar="CLASS.toml", help="the students and their clouds (docs/class.md)")
    parser.add_argument(
        "--folder", type=Path, help="where the page is, and each student's results [default: CLASS, beside CLASS.toml]"
    )
    parser.add_argument(
        "--width", type=int, metavar="N", help="how many run at the same time [default: the file's width, or 2]"
    )
    parser.add_argument(
        "--draw-only", action="store_true", help="run nothing: draw the page of what is there [default: run all]"
    )
    parser.add_argument(
        "--allure",
        action="store_true",
        help="also draw Allure's report of each, which takes Node.js and some seconds [default: not]",
    )
    return parser


def _read(options: argparse.Namespace) -> ClassFile:
    read = read_class(options.file)
    options.folder = (options.folder or options.file.with_suffix("")).resolve()
    is_other = is_there(options.folder) and not os.path.isdir(options.folder)
    if why := why_unseen(options.folder) or ("no folder" if is_other else ""):
        raise Mistakes(problem(str(options.folder), why, "give --folder=FOLDER"))
    if options.width is None:
        return read
    if not 1 <= options.width <= 100:
        raise Mistakes(problem(f"--width={options.width}", "not from 1 to 100", "give such as --width=2"))
    return read.model_copy(update={"class_": read.class_.model_copy(update={"width": options.width})})


def _runs(options: argparse.Namespace, read: ClassFile) -> list[StudentRun]:
    names = folders(read.students)
    places = {student.name: options.folder / names[student.name] for student in read.students}
    return [
        StudentRun(student, places[student.name], usual_seconds(places[student.name] / HISTORY))
        for student in read.students
    ]


def _draw_only(options: argparse.Namespace, read: ClassFile) -> int:
    runs = _runs(options, read)
    results = [result_in(run.folder) for run in runs]
    for run, result in zip(runs, results, strict=True):
        run.state, run.problem = ("done", "") if result.report else ("not started", "there are no results of it")
    print(draw(options.folder, read, runs, results))
    return _code(results)


def _run(options: argparse.Namespace, read: ClassFile, suite: Sequence[str]) -> int:
    shown = Shown(options.folder, read, _runs(options, read))
    page = draw(options.folder, read, shown.runs, shown.results())  # what cannot be written is told before all else
    print(f"{len(shown.runs)} students, {read.class_.width} at a time: {page}", flush=True)
    after = _draw_allure if options.allure else _nothing
    classroom = SideBySide(shown.runs, read.class_, options.file.resolve().parent, shown.tell, after, suite)
    classroom.run()
    print(f"{shown.lines.all()}: {page}")
    return INTERRUPTED if classroom.is_ending else _code(shown.results())


@dataclass
class Shown:
    """A class that runs, for those who look on: lines, and the page, which is written anew with each."""

    folder: Path
    read: ClassFile
    runs: Sequence[StudentRun]
    began: float = field(default_factory=lambda: time.time() - CLOCKS)
    found: dict[str, Result] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        """What is said."""
        return Lines(self.runs, self.read.class_.width)

    def results(self) -> list[Result]:
        """Of each run, in their order."""
        return [self.found.get(run.name, Result()) for run in self.runs]

    def tell(self, run: StudentRun) -> None:
        """Show what has changed. A page that cannot be written does not end a run that goes on."""
        if run.state == "done":
            self.found[run.name] = result_in(run.folder, self.began)
        for line in self.lines.of(run, self.found.get(run.name, Result())):
            print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)
        try:
            draw(self.folder, self.read, self.runs, self.results())
        except OSError as error:
            print(f"{error.filename or self.folder}: the page is not written: {error.strerror}", file=sys.stderr)


def _nothing(run: StudentRun) -> None:
    """Is done with it."""


def _draw_allure(run: StudentRun) -> None:
    try:
        render(run.folder / "results", run.folder / "html" / "index.html")
    except ReportError as error:
        print(f"{run.name}: {str(error).splitlines()[0]}", file=sys.stderr)


def _code(results: Sequence[Result]) -> int:
    return PASSED if all(result.code == 0 for result in results) else FAILED
