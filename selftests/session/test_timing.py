"""What pytest does is told in spans, whichever way a fixture is written."""

import json
from typing import Any

import pytest

from selftests import ROOT

pytest_plugins = ["pytester"]
SUITE = """
import json

import pytest

from fixtures.core import spans
from fixtures.core.spans import SPANS, WAIT
from fixtures.session.prefetch import prefetch
from fixtures.session.resource import resource
from selftests.patience import until

pytest_plugins = ["fixtures.session.background", "fixtures.session.timing"]
spans.QUICK = 60  # on a machine that is busy, too

def ask(name):
    with SPANS.round_trip(name, "controller", begins=True):
        pass

@prefetch(row="NOVA-14")
def network(run):
    ask("POST network")
    until(lambda: any(span.kind == WAIT for span in SPANS.going_on()))  # a test has come to where it needs this
    yield "network"
    ask("DELETE network")

@resource(row="NOVA-14")
def server(network, login):
    ask("POST server")
    yield "server"
    ask("DELETE server")

@resource(row="NOVA-14", scope="function")
def booted_server(server):
    ask("GET console")
    return server

@pytest.fixture(scope="session")
def login(network):
    return "quick"

@pytest.fixture(scope="session")
def agents():
    ask("GET agents")

@pytest.fixture(scope="session")
def run():
    return 7

@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    print("TOLD", json.dumps(SPANS.as_data()["ended"]))
"""
TESTS = """
from conftest import ask

def test_quick(run): pass

def test_guest(booted_server, agents):
    assert booted_server == "server"
    ask("GET server")

def test_other(server): 0/0
"""

FAILING = """
import pytest
from fixtures.session.resource import resource

@pytest.fixture
def agents(): 0/0

@resource(row="NOVA-14", scope="function")
def volume():
    yield
    0/0

def test_setup(agents): pass

def test_call(run): 0/0

def test_teardown(volume): pass
"""


@pytest.fixture
def told(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The spans of a run."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(SUITE)
    pytester.makepyfile(TESTS)
    [line] = [line for line in pytester.runpytest_subprocess("-s").outlines if line.startswith("TOLD ")]
    return list(json.loads(line.removeprefix("TOLD ")))


def test_each_is_told_with_what_it_asked_and_what_it_needs(told: list[dict[str, Any]]) -> None:
    owners = {span["number"]: span for span in told if span["kind"] != "round trip"}
    asked = {
        span["name"]: (owners[span["of"]]["kind"], owners[span["of"]]["name"])
        for span in told
        if span["kind"] == "round trip"
    }
    assert asked == {
        "POST network": ("resource", "network"),
        "POST server": ("resource", "server"),
        "GET console": ("resource", "booted_server"),
        "GET agents": ("fixture", "agents"),
        "GET server": ("check", "test_guest"),
        "DELETE server": ("cleanup", "server"),
        "DELETE network": ("cleanup", "network"),
    }
    needs = {(span["kind"], span["name"]): span["needs"] for span in owners.values()}
    assert needs["resource", "network"] == [], "run was quick, and needs nothing"
    assert needs["resource", "server"] == ["network"], "login was quick, and needs it, too"
    assert needs["resource", "booted_server"] == ["server"]
    assert {"booted_server", "server", "network", "agents"} <= set(needs["check", "test_guest"])
    assert "background" not in needs["check", "test_guest"]
    assert needs["cleanup", "server"] == ["server"]
    assert ("check", "test_quick") not in needs


def test_who_waits_for_the_background_says_so(told: list[dict[str, Any]]) -> None:
    [wait] = [span for span in told if span["kind"] == "wait"]
    assert (wait["name"], wait["needs"]) == ("network, made in the background", ["network"])
    [setup] = [span for span in told if span["number"] == wait["of"]]
    assert (setup["kind"], setup["name"]) == ("runner", "test_guest")


def test_what_ends_first_is_told_first_and_everything_ends(told: list[dict[str, Any]]) -> None:
    assert all(span["end"] >= span["start"] > 0 for span in told)
    ended = [span["name"] for span in told if span["kind"] == "cleanup"]
    assert ended[-2:] == ["server", "network"]


def test_a_failure_does_not_tell_of_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(SUITE)
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1, errors=2, passed=1)
    assert "timing.py" not in result.stdout.str() and "spans.py" not in result.stdout.str()
