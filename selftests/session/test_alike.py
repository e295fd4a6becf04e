import json
from typing import Any

import pytest

from fixtures.core.error_text import gist
from selftests import ROOT
from selftests.verdict.test_verdict import CONFTEST

pytest_plugins = ["pytester"]

CHECKS = """
import uuid
import pytest

NODES = [f"compute{number}" for number in range(12)] + ["alpha.example.org"]

@pytest.mark.req("NOVA-14")
@pytest.mark.parametrize("node", NODES)
def test_boots(node):
    print(f"STARTED {node}")
    assert 0, f"server {uuid.uuid4()} on {node}: not within {len(node)} s; last seen: BUILD. Fix: look"

@pytest.mark.req("NOVA-14")
@pytest.mark.parametrize("node", NODES)
def test_differs(node):
    assert 0, f"{node}: {'abcdefghijklm'[NODES.index(node)] * 3}. Fix: look"

@pytest.mark.req("NOVA-14")
@pytest.mark.parametrize("size", NODES)
def test_of_no_node(size):
    assert 0, "too small. Fix: look"

@pytest.mark.req("NOVA-14")
@pytest.mark.parametrize("what", ["CPU", "memory"])
@pytest.mark.parametrize("node", NODES[:4])
def test_of_two(node, what):
    assert what == "CPU", f"no {what}. Fix: look"
"""


@pytest.fixture
def verdict(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What came of the checks, and the terminal's text."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\nmarkers =\n req(row): the row\n waits: blocked")
    pytester.makeconftest(CONFTEST)

    def ran(*options: str, file: str = "test_it_workload") -> tuple[Any, str]:
        pytester.makepyfile(**{file: CHECKS})
        shown = pytester.runpytest_subprocess(*options).stdout.str()
        return json.loads((pytester.path / "reports" / "latest" / "verdict.json").read_text()), shown

    return ran


REASON = "blocked by NOVA-14: the same as on compute0, compute1, compute2 (--keep-going starts it all the same)"


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_what_failed_alike_on_so_many_nodes_is_not_started_on_the_others(verdict: Any, workers: str) -> None:
    told, shown = verdict("-k", "boots", "--maxfail-alike=3", workers)
    assert len(told["failures"]) == 3
    assert list(told["blocked"].values()) == [REASON] * 10
    assert [(cause["row"], len(cause["messages"])) for cause in told["root_causes"]] == [("NOVA-14", 3)]
    assert f"10 checks {REASON}" in shown
    assert shown.count("\nSTARTED ") == 3


def test_what_failed_otherwise_on_each_is_started_on_all(verdict: Any) -> None:
    told, _ = verdict("-k", "differs", "--maxfail-alike=3")
    assert (len(told["failures"]), told["blocked"]) == (13, {})


def test_what_is_not_about_nodes_is_started_all_the_same(verdict: Any) -> None:
    told, _ = verdict("-k", "no_node", "--maxfail-alike=3")
    assert (len(told["failures"]), told["blocked"]) == (13, {})


def test_other_parameters_are_other_checks(verdict: Any) -> None:
    told, _ = verdict("-k", "of_two", "--maxfail-alike=2")
    assert (told["passed"], len(told["failures"]), len(told["blocked"])) == (4, 2, 2)


@pytest.mark.parametrize(("options", "failures"), [([], 5), (["--maxfail-alike=0"], 13), (["--keep-going"], 13)])
def test_it_can_be_had_otherwise(verdict: Any, options: list[str], failures: int) -> None:
    assert len(verdict("-k", "boots", *options)[0]["failures"]) == failures


def test_what_only_looks_is_started_on_each_node(verdict: Any) -> None:
    told, _ = verdict("-k", "boots", "--maxfail-alike=3", file="test_it_nodes")
    assert (len(told["failures"]), told["blocked"]) == (13, {})


@pytest.mark.parametrize(
    ("one", "name", "other", "other_name"),
    [
        ("compute1: no room", "compute1", "compute17: no room", "compute17"),
        ("got it on red.example.org", "red", "got it on blue.example.org", "blue"),
        ("got it on red, not here", "red.example.org", "got it on blue, not here", "blue.example.org"),
        ("server 6f1c9a30-aaaa-bbbb-cccc-1234567890ab: BUILD", "a", "server 7f1c9a30-1-2-3-4: BUILD", "b"),
        ("no route to 10.0.0.31:5672 or fe80::1", "a", "no route to 10.0.0.9:5672 or ::1", "b"),
    ],
)
def test_two_hosts_of_one_fault_say_the_same(one: str, name: str, other: str, other_name: str) -> None:
    assert gist(one, name) == gist(other, other_name)


def test_other_words_are_other_faults() -> None:
    assert gist("a: no room", "a") != gist("b: no route", "b")
    assert gist("a fault on a", "a") == " fault on "
    assert gist("red and reddish", "red") == " and reddish"


def test_a_long_word_is_read_once() -> None:
    assert gist("a" * 1_000_000) == "a" * 1_000_000
