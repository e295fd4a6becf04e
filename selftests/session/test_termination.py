import os
import select
import signal
import subprocess
import sys
import time

import pytest

from selftests import ROOT

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

@pytest.fixture(scope="session")
def network():
    yield
    note("deleting network")
    time.sleep(1)
    note("network gone")

@pytest.fixture(scope="session")
def server(network):
    yield
    note("deleting server")
    time.sleep(1)
    note("server gone")

def pytest_sessionfinish():
    note("looking")
    time.sleep(1)
"""
TEST = "import conftest, time\ndef test_it(server):\n    conftest.note('running')\n    time.sleep({})\n"
CLEANED = ["server gone", "deleting network", "network gone"]


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    return pytester


def notes(suite: pytest.Pytester) -> list[str]:
    file = suite.path / "notes"
    return file.read_text().splitlines() if file.exists() else []


def started(suite: pytest.Pytester, until: str, *options: str, seconds: float = 60) -> subprocess.Popen[bytes]:
    """The suite, as soon as it has noted that."""
    suite.makepyfile(TEST.format(seconds))
    with (suite.path / "output").open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options],
            cwd=suite.path,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    deadline = time.monotonic() + 30
    while until not in notes(suite) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert until in notes(suite)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 3])
def test_all_is_cleaned_up(suite: pytest.Pytester, number: signal.Signals, times: int) -> None:
    process = started(suite, "running")
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.5)
    assert process.wait(30) == pytest.ExitCode.INTERRUPTED
    assert notes(suite)[-3:] == CLEANED
    assert (suite.path / "output").read_text().count("please wait") == 1


def test_a_terminal_that_is_gone_does_not_disturb(suite: pytest.Pytester) -> None:
    suite.makepyfile(TEST.format(60))
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
    while "running" not in notes(suite):
        if select.select([terminal], [], [], 0.05)[0]:
            os.read(terminal, 65536)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == pytest.ExitCode.INTERRUPTED
    assert notes(suite)[-3:] == CLEANED


@pytest.mark.parametrize("during", ["deleting server", "deleting network", "looking"])
def test_a_clean_up_is_not_interrupted(suite: pytest.Pytester, during: str) -> None:
    process = started(suite, during, seconds=0)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == pytest.ExitCode.INTERRUPTED
    assert [note for note in notes(suite) if note in CLEANED] == CLEANED
    assert "looking" in notes(suite)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_workers_clean_up_too(suite: pytest.Pytester, number: signal.Signals) -> None:
    process = started(suite, "running", "-n2")
    process.send_signal(number)  # to the process that started them alone
    assert process.wait(30) == pytest.ExitCode.INTERRUPTED
    assert [note for note in notes(suite) if note in CLEANED] == CLEANED


def test_what_is_ignored_stays_ignored(suite: pytest.Pytester) -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a shell's background jobs
    try:
        process = started(suite, "running", seconds=1)
    finally:
        signal.signal(signal.SIGINT, usual)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == pytest.ExitCode.OK
