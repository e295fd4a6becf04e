"""What is to be seen to is told at the end, whichever process saw it; a run that passes passes all the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.core.run_warnings import RunWarnings
from selftests import ROOT
from selftests.patience import LONG

PLUGINS = [
    "report.refused_command_line",
    "core.options",
    "core.settings",
    "core.workers",
    "core.run_warnings",
    "report.report_folder",
    "verdict.requirements",
    "nodes.hosts",
    "nodes.nodes",
    "report.outcomes",
    "report.environment",
    "report.verdict_file",
]
LINE = "https://controller:5000: its certificate expires on 2030-01-01 (9 days left). Fix: renew it"
TESTS = f"""
from fixtures.core.run_warnings import WARNINGS

def test_one():
    WARNINGS.add({LINE!r})

def test_another():
    WARNINGS.add({LINE!r}, "rabbit://openstack:s3cret-Pa55@controller: odd")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it_api.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nmarkers = req(row): the row")
    (tmp_path / "conftest.py").write_text(f"pytest_plugins = {[f'fixtures.{name}' for name in PLUGINS]}")
    return tmp_path


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_each_is_told_once_wherever_one_looks(checkout: Path, workers: list[str]) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-pno:cacheprovider", *workers]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(LINE) == 1
    latest = checkout / "reports" / "latest"
    assert json.loads((latest / "verdict.json").read_text())["warnings"][0] == LINE
    assert f"warning.1 = {LINE}\n" in (latest / "results" / "environment.properties").read_text()
    assert "s3cret" not in done.stdout + "".join(each.read_text() for each in latest.rglob("*") if each.is_file())


def test_without_one_nothing_is_said(checkout: Path) -> None:
    (checkout / "tests" / "test_it_api.py").write_text("def test_one(): pass")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-pno:cacheprovider"], cwd=checkout, env=env, capture_output=True, text=True
    )
    assert "to see to" not in done.stdout
    assert json.loads((checkout / "reports" / "latest" / "verdict.json").read_text())["warnings"] == []


def test_lines_keep_their_order() -> None:
    warnings = RunWarnings()
    warnings.add("b", "a")
    warnings.add("a")
    assert warnings.lines == ["b", "a"]
