from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import threading

import pytest
from fixtures.background import early

pytest_plugins = ["fixtures.background"]
told = []

@early
def network(run):
    told.append(f"network {run} {threading.current_thread() is threading.main_thread()}")
    yield "network"
    told.append("network gone")

@early
def server(network):
    told.append(f"server in {network}")
    yield "server"
    told.append("server gone")

@early
def broken(network):
    raise ValueError("out of servers")
    yield

@pytest.fixture(scope="session")
def run():
    yield 7
    print("TOLD", told)
"""


@pytest.fixture(autouse=True)
def _suite_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


def _ran(pytester: pytest.Pytester, tests: str, *options: str) -> str:
    pytester.makeconftest(SUITE)
    pytester.makepyfile(tests)
    return pytester.runpytest_subprocess("-s", *options).stdout.str()


def test_resource_is_made_in_the_background_and_ended_after_what_needs_it(pytester: pytest.Pytester) -> None:
    shown = _ran(pytester, "def test_first(): pass\ndef test_second(server, network): assert server == 'server'")
    assert "2 passed" in shown
    assert "TOLD ['network 7 False', 'server in network', 'server gone', 'network gone']" in shown


def test_what_no_test_came_to_ask_for_is_ended_all_the_same(pytester: pytest.Pytester) -> None:
    tests = "def test_first(network): assert 0\ndef test_second(server): pass"
    assert "'server gone', 'network gone']" in _ran(pytester, tests, "-x")


def test_what_is_not_needed_is_not_made(pytester: pytest.Pytester) -> None:
    assert "server in" not in _ran(pytester, "def test_first(network): pass\ndef test_second(run): pass")


def test_failure_is_told_to_the_test_that_asks(pytester: pytest.Pytester) -> None:
    shown = _ran(pytester, "def test_first(network): pass\ndef test_second(broken): pass")
    assert "ValueError: out of servers" in shown
    assert "1 passed" in shown and "1 error" in shown
    assert "'network gone']" in shown
