"""While nothing is shown for a minute, the run says what it waits for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.core.known_secrets import know
from fixtures.core.spans import CLEANUP, COMMAND, ROUND_TRIP, WAIT, Span
from fixtures.report.progress import line
from selftests import ROOT
from selftests.patience import LONG
from selftests.report.test_every_exit import PLUGINS

CONFTEST = """
pytest_plugins = [{plugins}]

import fixtures.report.progress
from fixtures.core.spans import SPANS

fixtures.report.progress.SILENCE = 0.2
"""
TEST = """
import pathlib
import sys
import time

from conftest import SPANS

def test_it():
    print("a test's own output")
    with SPANS.wait("server 'one' to be ACTIVE"):
        while "server 'one'" not in pathlib.Path("shown").read_text():
            time.sleep(0.02)

def test_quick():
    pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "test_it.py").write_text(TEST)
    plugins = [f"fixtures.{name}" for name in [*PLUGINS, "session.timing", "report.timing_files", "report.progress"]]
    (tmp_path / "conftest.py").write_text(CONFTEST.format(plugins=", ".join(map(repr, plugins))))
    return tmp_path


def shown(suite: Path, *arguments: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "PYTEST_"))}
    with (suite / "shown").open("w") as terminal:
        command = [sys.executable, "-m", "pytest", "-pno:cacheprovider", *arguments]
        own = {**env, "PYTHONPATH": f"{ROOT}:{suite}", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=suite, env=own, stdout=terminal, stderr=subprocess.STDOUT, timeout=LONG)
    assert done.returncode == 0, (suite / "shown").read_text()
    return (suite / "shown").read_text()


@pytest.mark.parametrize("arguments", [[], ["-v"], ["-s"]])
def test_a_wait_is_told_while_it_lasts(suite: Path, arguments: list[str]) -> None:
    told = shown(suite, *arguments)
    [first, *_] = [each for each in told.splitlines() if "server 'one'" in each]
    assert first.strip().startswith("[") and first.endswith("s] waiting for server 'one' to be ACTIVE (0 s so far)")
    assert "2 passed" in told


def test_who_asked_for_quiet_is_told_nothing(suite: Path) -> None:
    (suite / "test_it.py").write_text(TEST.replace("while ", "for _ in range(20): #"))
    assert "waiting for" not in shown(suite, "-q")


def span(kind: str, name: str, start: float, place: str = "") -> Span:
    return Span(kind, name, 0, start, place=place)


def test_what_is_waited_for_the_longest_is_told_without_its_secret() -> None:
    know("s3cret-Pa55")
    spans = [span(CLEANUP, "server", 0), span(WAIT, "server s3cret-Pa55 to go", 10), span(WAIT, "volume to go", 20)]
    assert line(spans, 100) == "waiting for server *** to go (90 s so far), and 1 more"


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([], ""),
        ([span(CLEANUP, "server", 0)], "waiting for the end of cleanup server (9 s so far)"),
        (
            [span(CLEANUP, "server", 0), span(ROUND_TRIP, "DELETE /servers/ID", 3, "nova")],
            "waiting for an answer of nova to DELETE /servers/ID (6 s so far)",
        ),
        ([span(ROUND_TRIP, COMMAND, 1, "compute1")], "waiting for an answer of compute1 to command (8 s so far)"),
    ],
)
def test_where_nothing_is_waited_for_what_is_asked_or_done_is_told(spans: list[Span], told: str) -> None:
    assert line(spans, 9) == told
