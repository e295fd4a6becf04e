"""However a run ends, spans.json and timeline.svg tell of this run, and no secret."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from fixtures.core.known_secrets import know
from fixtures.core.spans import CHECK, RESOURCE, ROUND_TRIP, Span
from fixtures.report.timing_files import LONGEST, redacted_spans, word
from selftests import ROOT
from selftests.patience import LONG, until
from selftests.report.test_every_exit import PLUGINS

OURS = ["session.background", "session.timing", "report.timing_files"]
MORE = """
import time

import pytest

from fixtures.core.known_secrets import know
from fixtures.core.request_stats import EFFORT
from fixtures.core.spans import SPANS
from fixtures.session.prefetch import prefetch

def ask(name, begins=True):
    EFFORT.request(*name.split())
    with SPANS.round_trip(name, "controller:8774", begins=begins):
        time.sleep(0.4)

@prefetch(row="NOVA-14")
def server():
    know("s3cret-Pa55")
    ask("POST /servers")
    yield
    ask("DELETE /servers/s3cret-Pa55")
"""
TESTS = """
import pathlib
import time

from conftest import ask

def test_good(server):
    ask("GET /servers", begins=False)

def test_slow(server):
    with __import__("conftest").SPANS.wait("what never comes"):
        pathlib.Path("running").touch()  # not before: who is interrupted sooner has waited for nothing
        time.sleep(3600)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it_workload.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\npythonpath = .\nmarkers = req(row): the row")
    (tmp_path / "conftest.py").write_text(f"pytest_plugins = {[f'fixtures.{name}' for name in PLUGINS + OURS]}\n{MORE}")
    return tmp_path


def started(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "PYTEST_"))}
    env = {**usual, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-pno:cacheprovider", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=checkout, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def run(checkout: Path, *arguments: str) -> str:
    with started(checkout, *arguments) as process:
        return process.communicate(timeout=LONG)[0]


def spans(checkout: Path) -> dict[str, Any]:
    return dict(json.loads((checkout / "reports" / "latest" / "spans.json").read_text()))


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_a_run_tells_where_its_time_went(checkout: Path, workers: list[str]) -> None:
    shown = run(checkout, "-k", "good", *workers)
    told = spans(checkout)
    assert 1.2 <= told["critical_path"]["seconds"] <= told["seconds"]
    steps = [(step["kind"], step["name"]) for step in told["critical_path"]["steps"]]
    assert steps == [("resource", "server"), ("check", "test_good"), ("cleanup", "server")]
    assert (told["schema"], told["api_calls"], told["left_out"]) == (1, 3, 0)
    assert 0 < told["spans"][0]["start"] <= told["spans"][-1]["end"] <= told["seconds"]
    assert {"id", "kind", "name", "start", "end"} <= set(told["spans"][0])
    last = shown.splitlines()[-1]
    assert re.match(r"run \d+ s; the cloud's own critical path \d+ s: \d+\.\d\d; ", last), shown
    assert last.endswith("; round trips: none; API calls 3; servers booted 1")


def test_the_picture_is_beside_the_report_and_in_allures_results(checkout: Path) -> None:
    run(checkout, "-k", "good")
    latest = checkout / "reports" / "latest"
    assert ElementTree.parse(latest / "timeline.svg").getroot().tag.endswith("svg")
    [told] = (latest / "results").glob("*-globals.json")
    [picture] = json.loads(told.read_text())["attachments"]
    assert (picture["name"], picture["type"]) == ("where the time went", "image/svg+xml")
    assert ElementTree.parse(latest / "results" / picture["source"])


def test_no_secret_is_told(checkout: Path) -> None:
    shown = run(checkout, "-k", "good")
    written = [each.read_text() for each in (checkout / "reports" / "latest").rglob("*") if each.is_file()]
    assert "s3cret" not in shown + "".join(written)
    assert "DELETE /servers/***" in "".join(written)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_an_interrupted_run_has_them(checkout: Path, number: signal.Signals, workers: list[str]) -> None:
    with started(checkout, "-k", "slow", *workers) as process:
        until((checkout / "running").exists)
        process.send_signal(number)
        shown = process.communicate(timeout=LONG)[0]
    told = {(span["kind"], span["name"]) for span in spans(checkout)["spans"]}
    assert {("wait", "what never comes"), ("check", "test_slow"), ("cleanup", "server")} <= told
    assert (checkout / "reports" / "latest" / "timeline.svg").exists()
    assert "; API calls 2; " in shown


def test_a_run_that_could_not_begin_has_them(checkout: Path) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write("\ndef pytest_collection_finish(): raise pytest.UsageError('a: b. Fix: c')")
    run(checkout)
    assert (spans(checkout)["spans"], spans(checkout)["critical_path"]["seconds"]) == ([], 0)


BROKEN = """
import fixtures.report.timing_files

def critical_path(spans):
    raise ZeroDivisionError("of s3cret-Pa55")

fixtures.report.timing_files.critical_path = critical_path
"""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("", 0),
        ("def pytest_runtest_call(): ask('GET /'); assert 0", 1),
        ("def pytest_collection_finish(): raise pytest.UsageError('a: b. Fix: c')", 4),
    ],
)
def test_an_error_in_the_telling_changes_nothing_else(checkout: Path, more: str, code: int) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(f"{BROKEN}\n{more}\n")
    with started(checkout, "-k", "good") as process:
        shown = process.communicate(timeout=LONG)[0]
    assert process.returncode == code
    verdict = json.loads((checkout / "reports" / "latest" / "verdict.json").read_text())
    assert (verdict["exit_code"], len(verdict["failures"])) == (code, 1 if code == 1 else 0)
    assert "where the time went is not told: internal error: ZeroDivisionError: of " in shown
    assert "s3cret" not in shown or code == 4, "where nothing was made, no secret is known"


def test_a_secret_is_hidden_whole_before_a_name_is_cut() -> None:
    know(secret := "s3cret-Pa55-of-a-server")
    [span] = redacted_spans([Span(ROUND_TRIP, f"GET /{'x' * (LONGEST - 10)}/{secret}", 0, 0)], 0)
    assert "s3cre" not in span.name
    assert len(word("x" * 1000)) == LONGEST


def test_the_same_name_is_told_the_same_wherever_it_stands() -> None:
    name = f"servers_on_nodes[{'x' * 200}]"
    made, check = redacted_spans([Span(RESOURCE, name, 0, 0), Span(CHECK, "test", 1, 1, needs=[name])], 0)
    assert check.needs == [made.name]


def test_a_killed_run_does_not_leave_those_of_an_earlier_one(checkout: Path) -> None:
    run(checkout, "--report-dir=mine", "-k", "good")
    assert (checkout / "mine" / "spans.json").exists()
    with started(checkout, "--report-dir=mine", "-k", "slow") as process:
        until((checkout / "running").exists)
        process.kill()
    assert not (checkout / "mine" / "spans.json").exists()
    assert not (checkout / "mine" / "timeline.svg").exists()


def test_a_listing_writes_none(checkout: Path) -> None:
    assert "run " not in run(checkout, "--co", "-q").splitlines()[-1]
    assert not (checkout / "reports").exists()
