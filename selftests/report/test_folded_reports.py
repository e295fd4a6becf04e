import json
import re

import pytest

from selftests import ROOT
from selftests.verdict.test_verdict import CONFTEST

pytest_plugins = ["pytester"]

PLUGINS = '"fixtures.report.terminal", "fixtures.report.folded_reports", "fixtures.report.junit_properties"'
CHECKS = """
import pytest

NODES = [f"n{number:03}" for number in range(1, 31)]

@pytest.fixture(scope="session", params=NODES)
def node(request):
    return request.param

@pytest.mark.req("NOVA-6")
@pytest.mark.parametrize("service", ["libvirt", "nova-compute"])
def test_runs(node, service):
    print(f"LOOKED AT {node}")
    assert service == "libvirt" or node == "n008", f"{node}: {service} does not run. Fix: on {node}, start it"

@pytest.mark.req("NOVA-3")
def test_agrees(node, subtests):
    for other in ("alpha", "beta"):
        with subtests.test(f"{other} looks"):
            assert other == "alpha", f"{other} does not find {node}. Fix: look"

@pytest.mark.req("NEU-2")
def test_has_none(node):
    pytest.skip(f"{node}: no bridge is there")

@pytest.mark.req("NEU-3")
@pytest.mark.parametrize("size", range(9))
def test_of_no_node(size):
    assert 0, f"{size} is too small. Fix: look"

@pytest.fixture
def broken(node):
    pytest.fail(f"{node}: no answer. Fix: look")

@pytest.mark.req("NEU-4")
def test_that_cannot_begin(node, broken):
    pass

@pytest.mark.req("NEU-5")
def test_differs(node):
    assert node not in ("n001", "n002"), f"{node}: no room. Fix: look"
"""
FOLDED = {
    "SKIPPED [30] test_it_nodes.py:23: n001..n030: no bridge is there",
    "FAILED test_it_nodes.py::test_runs[n001..n007, n009..n030-nova-compute] - AssertionError: n001: nova-compute does",
    "SUBFAILED[beta looks] test_it_nodes.py::test_agrees[n001..n030] - AssertionError: beta does not find n001",
    "ERROR test_it_nodes.py::test_that_cannot_begin[n001..n030] - Failed: n001: no answer",
    "FAILED test_it_nodes.py::test_differs[n001] - AssertionError: n001: no room",
    "FAILED test_it_nodes.py::test_differs[n002] - AssertionError: n002: no room",
}


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\nmarkers =\n req(row): the row\n waits: blocked\n proves_cause: a cause")
    pytester.makeconftest(CONFTEST.replace('"fixtures.report.terminal"', PLUGINS))
    pytester.makepyfile(test_it_nodes=CHECKS)
    return pytester


def summary(shown: str) -> list[str]:
    return [
        line for line in shown.partition("short test summary info")[2].splitlines()[1:] if re.match("[A-Z]{5}", line)
    ]


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_what_is_alike_on_many_nodes_is_listed_once(suite: pytest.Pytester, workers: str) -> None:
    shown = suite.runpytest_subprocess("-ra", workers).stdout.str()
    lines = summary(shown)
    for wanted in FOLDED:
        assert [line for line in lines if line.startswith(wanted)], wanted
    assert sum("test_of_no_node" in line for line in lines) == 9
    assert len(lines) <= len(FOLDED) + 9 + 1  # the check that has a subtest that failed is listed, too
    assert "_ test_runs[n001..n007, n009..n030-nova-compute] _" in shown
    assert shown.count("\nLOOKED AT ") == 1


def test_they_are_counted_all_the_same(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess("-ra", "-k", "runs or has_none or begin").stdout.str()
    assert "29 failed, 31 passed, 30 skipped" in shown
    assert "30 errors" in shown


def test_the_verdict_has_a_line_for_each_cause_and_its_failures_each_node(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess("-k", "runs").stdout.str().partition("what is wrong")[2]
    told = json.loads((suite.path / "reports" / "latest" / "verdict.json").read_text())
    nodes = "n001..n007, n009..n030"
    line = f"{nodes}: nova-compute does not run. Fix: on {nodes}, start it"
    assert [cause["messages"] for cause in told["root_causes"]] == [[line]]
    assert len({failure["node"] for failure in told["failures"]}) == 29
    assert f"   {line}\n" in shown


def test_with_vv_each_is_listed(suite: pytest.Pytester) -> None:
    assert len(summary(suite.runpytest_subprocess("-ra", "-vv", "-k", "runs").stdout.str())) == 29
