"""A machine here is a shell with a child in a session of its own, as the lab's are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import processes
from lab.processes import Process
from selftests.patience import LONG
from selftests.tools import slowed_machines
from selftests.tools.slowed_machines import busy, family, niceness, slowed, threads

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a process less nice again")

# Only who is nice already says that all have started
SHELL = "sleep 3600 & nice -n 2 sh -c 'echo started; exec sleep 3600' & wait"


@pytest.fixture
def machine() -> Iterator[Process]:
    words = ["nice", "-n", str(-os.nice(0)), "sh", "-c", SHELL]  # as the lab's, however nice who tests is
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True, text=True) as shell:
        assert shell.stdout
        shell.stdout.readline()
        leader = processes.find(shell.pid)
        assert leader
        try:
            yield leader
        finally:
            processes.end(family(leader))


def of_all(machine: Process) -> list[int]:
    return sorted(niceness(thread) for thread in threads(family(machine)))


def test_a_machine_is_slow_and_then_as_it_was(machine: Process) -> None:
    before = of_all(machine)
    assert before == [0, 0, 2]
    with slowed({machine: 5}):
        assert of_all(machine) == [2, 5, 5]
    assert of_all(machine) == before


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="the kernel has no groups by session")
def test_its_session_is_slow_and_then_as_it_was(machine: Process) -> None:
    group = Path(f"/proc/{machine.pid}/autogroup")
    with slowed({machine: 5}):
        assert group.read_text().endswith("nice 5\n")
    assert group.read_text().endswith("nice 0\n")


def test_it_is_undone_after_an_interruption(machine: Process) -> None:
    with pytest.raises(KeyboardInterrupt), slowed({machine: 5}):
        raise KeyboardInterrupt
    assert of_all(machine) == [0, 0, 2]


def test_busy_loops_end() -> None:
    own = processes.find(os.getpid())
    assert own
    before = processes.with_descendants([own])
    with busy(2):
        assert len(processes.with_descendants([own]) - before) == 2
    assert not processes.with_descendants([own]) - before


def test_the_program_ends_with_its_standard_input() -> None:
    words = [sys.executable, "-m", slowed_machines.__name__, "--competitors=1"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONG)
    assert (done.returncode, done.stdout) == (0, "slowed\n")


def test_a_machine_that_does_not_run_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lab.status.running", lambda _: None)
    assert slowed_machines.main(["compute1=5"]) == 2
    assert capsys.readouterr().err == "compute1 not running: ./lab/lab up\n"
