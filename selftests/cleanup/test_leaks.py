from pathlib import Path

import pytest

from selftests import ROOT

pytest_plugins = ["pytester"]

CONFTEST = """
pytest_plugins = ["fixtures.core.options", "fixtures.core.settings", "fixtures.session.termination", "fixtures.cleanup"]

import pytest
from fixtures.cleanup import delete_tagged, leaks, stale_runs
from fixtures.cloud.connection import GIVEN
from fixtures.cloud.run.ledger import LEDGER
from fixtures.cleanup.tagged import Tagged
from fixtures.core.run_tag import run_id

TAG = "acc-" + run_id("1a2b3c4d")
there = []

def end_tagged(ending):
    gone = [each for each in there if "stuck" not in each.name]
    for each in gone:
        there.remove(each)
        ending.tell(f"deleted {each}")
    return [f"{each}: is still there" for each in there]

delete_tagged.tagged = lambda *_, **__: (there, [])
leaks.end_tagged = end_tagged
stale_runs._dead_runs = lambda cloud: DEAD
DEAD = []

@pytest.fixture(scope="session", autouse=True)
def given(pytestconfig):
    LEDGER.begin(TAG, "http://controller:5000", "alice")

def make(name):
    LEDGER._write({"making": "server", "name": name})
    there.append(Tagged(TAG, "ledger", "server", name, name, "", "", False, lambda: None))

def pytest_configure(config):
    config.stash[GIVEN] = object()
"""
FORGOTTEN = "import conftest\ndef test_it(): conftest.make('server-1')"


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("XDG_STATE_HOME", str(pytester.path))
    pytester.makeconftest(CONFTEST)
    return pytester


def ledgers(suite: pytest.Pytester) -> list[Path]:
    return list(suite.path.glob("openstack-acceptance/*.jsonl"))


def ran(suite: pytest.Pytester, tests: str, *options: str) -> tuple[int, str]:
    suite.makepyfile(tests)
    done = suite.runpytest_subprocess(*options)
    return int(done.ret), done.stdout.str()


def test_a_leak_fails_the_run_and_is_deleted(suite: pytest.Pytester) -> None:
    status, shown = ran(suite, FORGOTTEN)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "deleted server server-1 that the run's clean-up had left" in shown
    assert not ledgers(suite)


def test_what_remains_keeps_its_ledger(suite: pytest.Pytester) -> None:
    status, shown = ran(suite, FORGOTTEN.replace("server-1", "stuck"))
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "server stuck: is still there" in shown
    assert len(ledgers(suite)) == 1


def test_what_was_cleaned_up_is_no_leak(suite: pytest.Pytester) -> None:
    status, shown = ran(suite, f"{FORGOTTEN}; conftest.there.clear()")
    assert status == pytest.ExitCode.OK
    assert "left behind" not in shown
    assert not ledgers(suite)


def test_an_interrupted_run_stays_one(suite: pytest.Pytester) -> None:
    status, shown = ran(suite, f"{FORGOTTEN}; raise KeyboardInterrupt")
    assert status == pytest.ExitCode.INTERRUPTED
    assert "deleted server server-1" in shown


def test_a_worker_hands_its_leaks_over(suite: pytest.Pytester) -> None:
    status, shown = ran(suite, FORGOTTEN, "-n2")
    assert status == pytest.ExitCode.TESTS_FAILED
    assert shown.count("deleted server server-1") == 1


def test_a_worker_that_crashed_left_its_ledger(suite: pytest.Pytester) -> None:
    crash = "import conftest, os\ndef test_it(testrun_uid): os.kill(os.getpid(), 9)"
    own = "LEDGER.begin(TAG,", 'LEDGER.begin("acc-" + leaks.settings_of(pytestconfig).run_id,'
    suite.makeconftest(CONFTEST.replace(*own))
    status, shown = ran(suite, crash.replace("os.kill", "conftest.make('1'); os.kill"), "-n1", "--max-worker-restart=0")
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "made for acc-" in shown and "Fix: pytest --sweep" in shown


def test_remains_of_dead_runs_are_told_at_the_start(suite: pytest.Pytester) -> None:
    suite.makeconftest(CONFTEST.replace("DEAD = []", 'DEAD = ["acc-1"]'))
    status, shown = ran(suite, "def test_it(): pass")
    assert status == pytest.ExitCode.OK
    assert shown.index("remains of dead runs: acc-1.") < shown.index("1 passed")
