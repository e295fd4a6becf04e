import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.patience import LONG, until

pytest_plugins = ["pytester"]

CONFTEST = """
pytest_plugins = [
    "fixtures.core.options",
    "fixtures.core.settings",
    "fixtures.core.workers",
    "fixtures.session.termination",
]

import pathlib
import time

import pytest

def note(text):
    with pathlib.Path("notes").open("a") as stream:
        stream.write(text + "\\n")

def begin(step):  # and go on when the test lets it
    note(step)
    while pathlib.Path(f"hold {step}").exists():
        time.sleep(0.02)

@pytest.fixture(scope="session")
def network():
    yield
    begin("deleting network")
    note("network gone")

@pytest.fixture(scope="session")
def server(network):
    yield
    begin("deleting server")
    note("server gone")

def pytest_sessionfinish():
    begin("looking")
"""
TEST = "import conftest\ndef test_it(server): conftest.begin('running')"
CLEANED = ["server gone", "deleting network", "network gone"]


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TEST)
    return pytester


def notes(suite: pytest.Pytester) -> list[str]:
    file = suite.path / "notes"
    return file.read_text().splitlines() if file.exists() else []


def hold(suite: pytest.Pytester, step: str) -> Path:
    """What holds the suite at that step until it is removed."""
    (held := suite.path / f"hold {step}").touch()
    return held


def started(suite: pytest.Pytester, step: str, *options: str) -> subprocess.Popen[bytes]:
    """The suite, as soon as it has begun that."""
    with (suite.path / "output").open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options],
            cwd=suite.path,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    until(lambda: step in notes(suite))
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 3])
def test_all_is_cleaned_up(suite: pytest.Pytester, number: signal.Signals, times: int) -> None:
    hold(suite, "running")
    held = hold(suite, "deleting server")
    process = started(suite, "running")
    process.send_signal(number)
    until(lambda: "deleting server" in notes(suite))
    for _ in range(times - 1):
        process.send_signal(number)
    held.unlink()
    assert process.wait(LONG) == pytest.ExitCode.INTERRUPTED
    assert notes(suite)[-3:] == CLEANED
    assert (suite.path / "output").read_text().count("please wait") == 1


def test_a_terminal_that_is_gone_does_not_disturb(suite: pytest.Pytester) -> None:
    hold(suite, "running")
    terminal, end = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-v"],
        cwd=suite.path,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)

    def has_begun() -> bool:
        if select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 65536)
        return "running" in notes(suite)

    until(has_begun)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    assert process.wait(LONG) == pytest.ExitCode.INTERRUPTED
    assert notes(suite)[-3:] == CLEANED


@pytest.mark.parametrize("during", ["deleting server", "deleting network", "looking"])
def test_a_clean_up_is_not_interrupted(suite: pytest.Pytester, during: str) -> None:
    held = hold(suite, during)
    process = started(suite, during)
    process.send_signal(signal.SIGINT)
    held.unlink()
    assert process.wait(LONG) == pytest.ExitCode.INTERRUPTED
    assert [note for note in notes(suite) if note in CLEANED] == CLEANED
    assert "looking" in notes(suite)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_workers_clean_up_too(suite: pytest.Pytester, number: signal.Signals) -> None:
    hold(suite, "running")
    process = started(suite, "running", "-n2")
    process.send_signal(number)  # to the process that started them alone
    assert process.wait(LONG) == pytest.ExitCode.INTERRUPTED
    assert [note for note in notes(suite) if note in CLEANED] == CLEANED


def test_what_is_ignored_stays_ignored(suite: pytest.Pytester) -> None:
    held = hold(suite, "running")
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a shell's background jobs
    try:
        process = started(suite, "running")
    finally:
        signal.signal(signal.SIGINT, usual)
    process.send_signal(signal.SIGINT)
    held.unlink()
    assert process.wait(LONG) == pytest.ExitCode.OK


SWALLOW = """
import os, signal

def swallow():  # as Python does where a callback is interrupted
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


@pytest.mark.parametrize(
    ("hook", "workers"),
    [
        ("collection_modifyitems", []),
        ("collection_modifyitems", ["-n1"]),
        ("collection_finish", []),
        ("collection_finish", ["-n1"]),
        ("runtestloop", []),
    ],
)
def test_what_was_swallowed_is_obeyed_before_the_first_test(
    suite: pytest.Pytester, hook: str, workers: list[str]
) -> None:
    swallow = f"@pytest.hookimpl(tryfirst=True)\ndef pytest_{hook}(): swallow()"
    suite.makeconftest(CONFTEST + SWALLOW + swallow)
    done = suite.runpytest_subprocess(*workers)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    assert "running" not in notes(suite)


def test_where_no_test_has_begun_nothing_is_said_to_be_deleted(suite: pytest.Pytester) -> None:
    twice = "def pytest_collection_modifyitems():\n    swallow()\n    os.kill(os.getpid(), signal.SIGINT)"
    suite.makeconftest(CONFTEST + SWALLOW + twice)
    done = suite.runpytest_subprocess()
    done.stderr.fnmatch_lines(["Interrupted: nothing was made.", "", "The run is ending already."])
    assert "deleting" not in str(done.stderr)
