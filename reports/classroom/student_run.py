"""The run of one student: its folder, its command, and how far it is."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from reports.classroom.class_file import Student

ROOT = Path(__file__).parents[2]
SUITE = (sys.executable, "-m", "pytest", f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}")
"""How the suite is started; selftests/ start something else."""
TESTS = str(ROOT / "tests")
OWN = ("-pno:cacheprovider",)
"""What a run remembers for --last-failed, several would write to one file."""
OUTPUT = "output.txt"
HISTORY = "history"
KEPT_OF_OS = ("OS_CLIENT_CONFIG_FILE",)
"""Of the variables that name a cloud; all others are whoever's who started this, and no student's."""
TEACHERS = ("OS_", "CLOUD_FILE", "PYTEST_", "HISTORY")
"""How variables begin that are for a run of whoever started this."""
LONGEST = 40
"""Characters of a folder's name."""
PERCENT = re.compile(rb"\[ *(\d{1,3})%\]")
"""How pytest's lines end."""
END = 4096
"""Bytes of the output in which its last one is looked for."""

State = Literal["waiting", "running", "done", "not started"]


@dataclass
class StudentRun:
    """How it goes."""

    student: Student
    folder: Path
    expected: float | None = None
    """Seconds, by earlier runs; None where there were none."""
    state: State = "waiting"
    began: float = 0
    """As time.monotonic() has it."""
    seconds: float = 0
    code: int | None = None
    """The run's exit code; None where there is none."""
    problem: str = ""
    """Why it could not be started, or was ended."""
    percent: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The student's."""
        return self.student.name

    def look(self) -> int:
        """How many percent of its checks are done, as far as it has said."""
        try:
            with (self.folder / OUTPUT).open("rb") as file:
                file.seek(max(0, (self.folder / OUTPUT).stat().st_size - END))
                found = PERCENT.findall(file.read())
        except OSError:
            return self.percent
        self.percent = min(100, int(found[-1])) if found else self.percent
        return self.percent


def folders(students: Sequence[Student]) -> dict[str, str]:
    """By a student's name, that of the folder; where two would have the same, a digest tells them apart."""
    plain = {student.name: _plain(student.name) for student in students}
    names = [*plain.values()]
    return {name: slug if names.count(slug) == 1 else f"{slug}-{_digest(name)}" for name, slug in plain.items()}


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:LONGEST].strip("-")
    return slug or f"student-{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def words(student: Student, options: Sequence[str], folder: Path, suite: Sequence[str] = SUITE) -> list[str]:
    """The command of a student's run.

    Args:
        options: of the whole class.
        folder: the student's.
        suite: how the suite is started.
    """
    given = {
        "--cloud-file": student.cloud_file,
        "--os-cloud": student.os_cloud,
        "--hosts": ",".join(student.hosts),
        "--ssh-config": student.ssh_config,
    }
    own = [f"{option}={value}" for option, value in given.items() if value]
    places = [f"--report-dir={folder}", f"--history={folder / HISTORY}"]
    return [*suite, *OWN, *places, *own, *options, *student.options, TESTS]


def environment(student: Student, inherited: Mapping[str, str]) -> dict[str, str]:
    """That of a student's run: without whoever's cloud this was started with."""
    kept = {name: value for name, value in inherited.items() if name in KEPT_OF_OS or not name.startswith(TEACHERS)}
    if student.clouds_yaml:
        kept["OS_CLIENT_CONFIG_FILE"] = str(student.clouds_yaml)
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def start(run: StudentRun, command: Sequence[str], here: Path) -> subprocess.Popen[bytes]:
    """Start it; what it says is in its folder. Ctrl-C in the terminal does not reach it: it is told once, by us.

    Args:
        here: the directory in which it is started.

    Raises:
        OSError: it cannot be.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / OUTPUT).open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=here,
            env=environment(run.student, os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
