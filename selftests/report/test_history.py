"""A run, then others: in the terminal, in verdict.json, and as a file each."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.report.history_comparison import compared
from fixtures.report.history_lines import history_lines
from selftests.patience import LONG
from selftests.report.known_runs import NODES, known_run
from selftests.report.test_every_exit import PLUGINS, command, environment

OURS = ["report.junit_properties", "report.checks", "report.history_folder", "report.history"]
TESTS = """
import os
import time

import pytest

@pytest.mark.req("NOVA-3")
@pytest.mark.parametrize("node", ["compute1", "compute2"])
def test_my_ip(node):
    assert node not in os.environ.get("BAD", ""), f"{node}: my_ip is another node's, password=s3cret-Pa55. Fix: correct"

@pytest.mark.req("NOVA-4")
def test_vnc():
    pytest.skip("no VNC here")

@pytest.mark.req("NEU-6")
def test_agent(subtests):
    with subtests.test("alive"):
        assert "agent" not in os.environ.get("BAD", ""), "it is dead. Fix: start it"

def test_stopped():
    if "stopped" in os.environ.get("BAD", ""):
        raise KeyboardInterrupt
"""
CLOUD = """
from types import SimpleNamespace

import pytest

from fixtures.cloud.connection import GIVEN

def pytest_configure(config):
    auth = {"auth_url": "http://controller:5000/v3", "username": "admin", "project_name": "admin"}
    config.stash[GIVEN] = SimpleNamespace(config=SimpleNamespace(region_name="RegionOne", auth=auth))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it_nodes.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nmarkers = req(row): the row")
    plugins = [f"fixtures.{name}" for name in (*PLUGINS, *OURS)]
    (tmp_path / "conftest.py").write_text(f"{CLOUD}\npytest_plugins = {plugins}\n")
    return tmp_path


def run(checkout: Path, *arguments: str, bad: str = "", **others: str) -> subprocess.CompletedProcess[str]:
    env = environment(BAD=bad, **others)
    return subprocess.run(command(*arguments), cwd=checkout, env=env, capture_output=True, text=True, timeout=LONG)


def verdict(checkout: Path) -> dict[str, Any]:
    return dict(json.loads((checkout / "reports" / "latest" / "verdict.json").read_text()))


def kept(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(file.read_text()) for file in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    ]


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith(("history", "flakes", "slower"))]


def test_a_row_breaks_stays_broken_and_is_mended(checkout: Path) -> None:
    first = run(checkout)
    assert lines(first) == [f"history: the first run of this cloud that {checkout}/reports/history keeps"]
    assert verdict(checkout)["rows"] == {"NEU-6": "passed", "NOVA-3": "passed", "NOVA-4": "skipped"}
    assert verdict(checkout)["history"]["runs"] == 0

    [line] = lines(run(checkout, bad="compute1"))
    assert line.startswith("history, 1 earlier run since ")
    assert line.endswith(": new since the last one: NOVA-3")
    told_of = verdict(checkout)["history"]
    assert [each["row"] for each in told_of["new"]] == ["NOVA-3"]
    assert told_of["new"][0]["checks"] == ["tests/test_it_nodes.py::test_my_ip[compute1]"]
    assert verdict(checkout)["rows"]["NOVA-3"] == "cause"

    [line] = lines(run(checkout, bad="compute1 agent"))
    assert "new since the last one: NEU-6; still broken: NOVA-3 (since " in line
    assert line.endswith(", 2 runs)")

    [line] = lines(run(checkout))
    assert line.endswith(": mended: NEU-6, NOVA-3")
    assert [line for line in lines(run(checkout)) if "nothing is broken, and nothing was" in line]


def test_what_is_kept_is_small_and_has_no_secret(checkout: Path) -> None:
    run(checkout, bad="compute1")
    [file] = (checkout / "reports" / "history").glob("*.json")
    [record] = kept(file.parent)
    assert file.stat().st_size < 4000
    assert "s3cret" not in file.read_text()
    assert record["told"] == {"NOVA-3": "compute1: my_ip is another node's, password=***"}
    assert record["failed"] == {"NOVA-3": {"tests/test_it_nodes.py::test_my_ip": ["compute1"]}}
    assert record["passed"] == {
        "tests/test_it_nodes.py::test_agent": [""],
        "tests/test_it_nodes.py::test_my_ip": ["compute2"],
        "tests/test_it_nodes.py::test_stopped": [""],
    }
    assert record["exit_code"] == 1


def test_a_run_that_did_not_come_to_its_end_is_not_kept(checkout: Path) -> None:
    run(checkout, bad="compute1")
    done = run(checkout, bad="stopped")
    assert (done.returncode, lines(done)) == (2, [])
    assert verdict(checkout)["history"] is None
    assert len(kept(checkout / "reports" / "history")) == 1
    assert run(checkout, "-k", "no_such").returncode == 5
    assert len(kept(checkout / "reports" / "history")) == 1


def test_a_choice_of_checks_is_known_as_one(checkout: Path) -> None:
    run(checkout, bad="compute1 agent")
    [line] = lines(run(checkout, "--row=NEU-6"))
    assert line.endswith(": mended: NEU-6")
    some = kept(checkout / "reports" / "history")[-1]["selection"]
    run(checkout, "tests")
    assert some == {**kept(checkout / "reports" / "history")[-1]["selection"], "row": "NEU-6"}


def test_what_x_left_out_is_not_forgotten(checkout: Path) -> None:
    run(checkout, bad="compute1 agent")
    run(checkout, "-x", bad="compute1 agent")
    assert kept(checkout / "reports" / "history")[-1]["selection"]["cut_short"] == "yes"
    [line] = lines(run(checkout))
    assert line.endswith(": mended: NEU-6, NOVA-3")


def test_with_workers_it_is_the_same(checkout: Path) -> None:
    run(checkout)
    [line] = lines(run(checkout, "-n1", bad="compute2"))
    assert line.endswith(": new since the last one: NOVA-3")
    assert len(kept(checkout / "reports" / "history")) == 2


def test_another_folder(checkout: Path, tmp_path: Path) -> None:
    run(checkout, "--history=mine/of them", "--report-dir=report")
    assert len(kept(checkout / "mine" / "of them")) == 1
    run(checkout, HISTORY=str(tmp_path / "by-variable"))
    assert len(kept(tmp_path / "by-variable")) == 1
    assert not (checkout / "reports" / "history").exists()


@pytest.mark.parametrize("options", [["--report-dir=report"], ["--history-keep=0"], ["--co"]])
def test_no_history(checkout: Path, options: list[str]) -> None:
    done = run(checkout, *options)
    assert (done.returncode, lines(done)) == (0, [])
    assert not (checkout / "reports" / "history").exists()


def test_another_cloud_is_another_history(checkout: Path) -> None:
    run(checkout, bad="compute1")
    conftest = checkout / "conftest.py"
    conftest.write_text(conftest.read_text().replace("controller:5000", "other:5000"))
    assert "the first run of this cloud" in lines(run(checkout, bad="compute1"))[0]


def test_what_lies_there_besides_is_told_and_nothing_fails(checkout: Path) -> None:
    (checkout / "reports" / "history").mkdir(parents=True)
    (checkout / "reports" / "history" / "20261101T020000Z-0123456789ab.json").write_text("{")
    done = run(checkout)
    assert done.returncode == 0
    [warning] = verdict(checkout)["warnings"]
    assert "20261101T020000Z-0123456789ab.json: left out: no JSON. Fix: move it away" in warning
    assert len(lines(done)) == 1


def test_a_folder_that_cannot_be_made_is_told_and_the_run_stays_what_it_is(checkout: Path) -> None:
    conftest = checkout / "conftest.py"
    conftest.write_text(f"{conftest.read_text()}\ndef pytest_sessionfinish(): open('history', 'w').close()\n")
    done = run(checkout, "--history=history")
    assert done.returncode == 0
    assert f"{checkout}/history: this run is not kept: File exists. Fix: " in done.stderr


def test_all_of_it_in_three_lines() -> None:
    slow = [{"boot": 20.0 + day, "volume … to be available": 4.0} for day in range(1, 7)]
    earlier = [known_run(day, passed=["a"], durations={"boot": float(day)}) for day in range(1, 8)]
    earlier += [
        known_run(day, **({"failed": {"NOVA-3": ["a"]}} if day == 9 else {"passed": ["a"]}), durations=each)
        for day, each in enumerate(slow, 8)
    ]
    now = known_run(14, failed={"NEU-6": ["b"]}, passed=["a"], durations={"boot": 40.0})
    now = now.model_copy(update={"nodes": {**NODES, "compute2": {"boot": "3"}}})
    assert [*history_lines(compared(Path("h"), earlier, now))] == [
        "history, 13 earlier runs since 2026-11-01: new since the last one: NEU-6; "
        "what has changed meanwhile: compute2: given",
        "flakes, with the cloud as it was: a 2 times in 13 runs (17%)",
        "slower, the last 7 runs than the 7 before: boot 4 s, now 24 s",
    ]
