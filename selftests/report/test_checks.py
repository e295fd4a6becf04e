"""Each check in verdict.json, whatever its parts came to."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from selftests import ROOT
from selftests.report.test_every_exit import PLUGINS

TESTS = """
import pytest

@pytest.fixture
def node(request):
    return request.param

@pytest.fixture
def leaking():
    yield
    raise RuntimeError("not deleted")

@pytest.fixture
def unmade():
    raise RuntimeError("not made")

@pytest.mark.req("NOVA-3")
@pytest.mark.parametrize("node", ["compute1"], indirect=True)
@pytest.mark.parametrize("word", ["compute-2"])
def test_on_a_node(node, word):
    pass

def test_leaking(leaking):
    pass

def test_unmade(unmade):
    pass

@pytest.mark.parametrize("word", ["compute1-2"])
def test_skipped(word):
    pytest.skip("there is none")

def test_parts(subtests):
    with subtests.test("one"):
        pass
    with subtests.test("two"):
        assert 0, "no"

def test_skipped_parts(subtests):
    with subtests.test("one"):
        pytest.skip("not here")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they have run, once for all tests here."""
    here = tmp_path_factory.mktemp("checks")
    plugins = [f"fixtures.{name}" for name in (*PLUGINS, "report.allure", "report.junit_properties", "report.checks")]
    (here / "conftest.py").write_text(f"pytest_plugins = {plugins}")
    (here / "test_it_nodes.py").write_text(TESTS)
    given = ["-c", f"{ROOT}/pyproject.toml", "--rootdir=.", "--report-dir=report", "--junitxml=junit.xml"]
    subprocess.run([sys.executable, "-m", "pytest", *given, "test_it_nodes.py"], cwd=here, capture_output=True)
    return here


@pytest.fixture
def verdict(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "report" / "verdict.json").read_text())
    return told


@pytest.fixture
def checks(verdict: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the names of the functions."""
    return {each["test"].partition("::")[2].partition("[")[0]: each for each in verdict["checks"]}


def test_each_is_told_once_by_the_worst_of_its_parts(checks: dict[str, dict[str, Any]]) -> None:
    assert {name: each["outcome"] for name, each in checks.items()} == {
        "test_on_a_node": "passed",
        "test_leaking": "passed",
        "test_unmade": "failed",
        "test_skipped": "skipped",
        "test_parts": "failed",
        "test_skipped_parts": "passed",
    }


def test_as_many_passed_as_are_told_to_have(verdict: dict[str, Any], checks: dict[str, dict[str, Any]]) -> None:
    assert verdict["passed"] == sum(each["outcome"] == "passed" for each in checks.values()) == 3


def test_its_rows_and_its_node_are_told(checks: dict[str, dict[str, Any]], folder: Path) -> None:
    assert (checks["test_on_a_node"]["rows"], checks["test_on_a_node"]["node"]) == (["NOVA-3"], "compute1")
    assert (checks["test_skipped"]["rows"], checks["test_skipped"]["node"]) == ([], None)
    assert checks["test_on_a_node"]["title"] == "On a node"
    assert "node of the check" not in (folder / "junit.xml").read_text()


def test_in_allure_it_has_the_title(checks: dict[str, dict[str, Any]], folder: Path) -> None:
    results = [json.loads(file.read_text()) for file in (folder / "report" / "results").glob("*-result.json")]
    assert len(checks) == 6
    assert {"On a node: compute-2-compute1", "Unmade", "Skipped: compute1-2"} <= {each["name"] for each in results}
