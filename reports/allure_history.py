"""Allure's own history (`historyPath`): what it has drawn of earlier runs of a cloud, beside the suite's history.

Allure adds a line of JSON to the file for each report that it draws, and shows in a test what the lines before say of
it. Here a line belongs to a run: a report that is drawn again takes the place of its line, and shows no later ones.

Source: packages/core/src/history.ts of Allure 3 (AllureLocalHistory).
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN = "run"
"""The key that we add to Allure's line."""
KEPT = 10
"""Lines: each makes the report larger by what it says of every test."""
LEFT_OUT = ("trace", "labels")
"""Of each test of a line: it is what makes them large, and not shown in a history."""
LARGEST = 64 * 2**20
"""Bytes of a file."""

Line = dict[str, Any]


@dataclass(frozen=True)
class AllureHistory:
    """That of one cloud."""

    file: Path
    run: str

    def before(self) -> list[Line]:
        """The lines of the runs before this one, the oldest first."""
        lines = list(self._lines())
        runs = [line.get(RUN) for line in lines]
        return lines[: runs.index(self.run)] if self.run in runs else lines

    def add(self, line: Line) -> None:
        """Have what Allure says of this run, in the place of what it said when this was drawn before.

        Raises:
            OSError: it cannot be written.
        """
        own = {**_without_bulk(line), RUN: self.run}
        with _alone_with(self.file):
            lines = list(self._lines())
            runs = [each.get(RUN) for each in lines]
            place = runs.index(self.run) if self.run in runs else len(lines)
            lines[place : place + 1] = [own]
            new = self.file.with_suffix(".new")
            new.write_text(as_text(lines[-KEPT:]), encoding="utf-8")
            new.replace(self.file)

    def _lines(self) -> Iterator[Line]:
        """Those that Allure can read: it would fail of another one."""
        for line in _text(self.file).splitlines():
            if found := line_in(line):
                yield found


def of_run(folder: Path) -> AllureHistory | None:
    """The history that belongs to a run's folder, by its verdict; None where the run has none."""
    try:
        verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
        told, run = verdict["history"], verdict["run"]
        name = f"allure-{told['cloud']}.jsonl"
        place = Path(told["folder"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(run, str) or not place.is_dir() or os.sep in name:
        return None
    return AllureHistory(place / name, run)


def line_in(text: str) -> Line | None:
    """The line, where it is one of Allure's."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("testResults"), dict) else None


def as_text(lines: Sequence[Line]) -> str:
    """The file."""
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def _without_bulk(line: Line) -> Line:
    results = {
        key: {name: value for name, value in result.items() if name not in LEFT_OUT}
        for key, result in line["testResults"].items()
        if isinstance(result, dict)
    }
    return {**line, "testResults": results}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8") if file.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """No other report writes to the file meanwhile."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
