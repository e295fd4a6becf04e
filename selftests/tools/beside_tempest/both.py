"""One run of Tempest, and one of the suite: each by itself, between two looks at all that is in the cloud."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openstack.connection import Connection

from fixtures.core.private_folder import private_folder
from fixtures.core.redaction import redact
from fixtures.core.waiting import WaitFailed, wait_for
from selftests import ROOT
from selftests.tools.beside_tempest import configuration, told
from selftests.tools.beside_tempest.facts import Facts
from selftests.tools.beside_tempest.needs import Needs, needs
from selftests.tools.beside_tempest.told import Outcome
from selftests.tools.cloud_snapshot import Everything, differences, everything

TO_END = 1800
"""Seconds for the clean-up of a run that was interrupted."""
SETTLE = 60
"""Seconds in which what is being deleted may still be listed."""
ONE_TEST = 1200
"""Seconds, of each of Tempest's; as its tox.ini has it."""
STRANGE = ("OS_", "PYTEST", "PYTHON", "TEMPEST_", "VIRTUAL_ENV")
"""How those variables begin that are not for Tempest: credentials, and what is of this Python or this suite."""


@dataclass(frozen=True)
class Both:
    """How they are run."""

    cloud: Connection
    facts: Facts
    image: Path
    user: str
    ram: int
    """MiB; 0: what the image usually needs."""
    scale: float
    venv: Path
    name: str
    """Tempest's, with its version."""
    regex: str
    exclude: str
    concurrency: int
    rows: Sequence[str]
    arguments: Sequence[str]
    """Of the suite, besides."""

    def list_tests(self) -> int:
        """Print Tempest's tests: its configuration is complete but for what would be made for it."""
        with self._workspace(Needs(("-", "-"), ("-", "-"))) as folder:
            return ended([*self._words(folder), "--list-tests"], folder, self._environment(folder))

    def tempest(self, report: Path) -> Outcome:
        """Run Tempest's scenarios; what it says goes to a folder."""
        before = everything(self.cloud)
        output, log = report / "tempest.txt", report / "tempest.log"
        with needs(self.cloud, self.image, self.ram) as made, self._workspace(made) as folder:
            words = [*self._words(folder), f"--concurrency={self.concurrency}"]
            began = time.monotonic()
            try:
                code = ended(words, folder, self._environment(folder), output)
                seconds = time.monotonic() - began
            finally:
                keep(folder / "tempest.log", log)
        outcome = told.tempest(output.read_text(), log.read_text(), code, seconds, self.name)
        outcome.left = self._left(before)
        return outcome

    def suite(self, report: Path) -> Outcome:
        """Run this suite's rows; what it says goes to a folder."""
        before = everything(self.cloud)
        output, folder = report / "suite.txt", report / "suite"
        rows = [f"--row={row}" for row in self.rows]
        words = [sys.executable, "-m", "pytest", f"--report-dir={folder}", *rows, *self.arguments]
        began = time.monotonic()
        code = ended(words, ROOT, {**os.environ, "GUEST_IMAGE": str(self.image)}, output)
        outcome = told.suite(output.read_text(), folder, code, time.monotonic() - began)
        outcome.left = self._left(before)
        return outcome

    @contextmanager
    def _workspace(self, made: Needs) -> Iterator[Path]:
        """A folder that only its owner can read, with Tempest's configuration and stestr's repository."""
        with private_folder() as folder:
            options = configuration.sections(self.facts, made, self.image, self.user, folder, self.scale)
            configuration.write(folder / "tempest.conf", options)
            ended([str(self.venv / "bin" / "stestr"), "init"], folder, self._environment(folder))
            yield folder

    def _words(self, folder: Path) -> list[str]:
        words = [str(self.venv / "bin" / "tempest"), "run", "--config-file", str(folder / "tempest.conf")]
        return [*words, "--regex", self.regex, *(["--exclude-regex", self.exclude] if self.exclude else [])]

    def _environment(self, folder: Path) -> dict[str, str]:
        return environment(os.environ, self.venv, folder, ONE_TEST * self.scale)

    def _left(self, before: Everything) -> list[str]:
        """What is different from before, when what is being deleted has had its time to go."""
        found: list[str] = []

        def look() -> list[str]:
            found[:] = differences(before, everything(self.cloud))
            return found

        with suppress(WaitFailed):
            wait_for("the cloud to be as before", look, lambda left: not left, SETTLE, fix="see what is left")
        return found


def environment(inherited: Mapping[str, str], venv: Path, folder: Path, seconds: float) -> dict[str, str]:
    """Tempest's: the caller's without credentials, its own programs first, its own home.

    Args:
        seconds: until a test of Tempest is ended.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith(STRANGE)}
    programs = venv / "bin"
    own = {"HOME": str(folder), "TMPDIR": str(folder), "PYTHON": str(programs / "python")}
    path = f"{programs}:{inherited.get('PATH', os.defpath)}"
    return {**kept, **own, "PATH": path, "OS_TEST_TIMEOUT": str(int(seconds))}


def ended(words: Sequence[str], folder: Path, environ: Mapping[str, str], output: Path | None = None) -> int:
    """Run a command, out of the terminal's reach, to its end; what it says is kept without secrets.

    One that is interrupted is told so, and has its time to end.
    """
    if output:
        output.touch(mode=0o600)
    with output.open("wb") if output else nullcontext() as stream:
        try:
            return _code(words, folder, environ, stream)
        finally:
            if output:
                keep(output, output)


def _code(words: Sequence[str], folder: Path, environ: Mapping[str, str], stream: IO[bytes] | None) -> int:
    with subprocess.Popen(
        words, cwd=folder, env=environ, stdout=stream, stderr=stream, umask=0o077, start_new_session=True
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGTERM)  # stestr does not tell its workers
            try:
                process.wait(TO_END)
            finally:
                process.kill()
            raise


def keep(file: Path, copy: Path) -> None:
    """Write a file's text without secrets; it may be the same file, or not there."""
    text = file.read_text(errors="replace") if file.exists() else ""
    copy.touch(mode=0o600)
    copy.write_text(redact(text))


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder
