"""Ending the lab's processes: they end by themselves meanwhile, too."""

import subprocess

import pytest

from lab import processes


def test_a_process_that_ends_during_the_look_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at it and the signal it is gone: CI's `lab down` ended so, once."""
    with subprocess.Popen(("sleep", "60")) as child:
        process = processes.find(child.pid)

        def dies_after_the_look(_: processes.Process) -> bool:
            child.kill()
            child.wait()
            return True

        monkeypatch.setattr(processes, "alive", dies_after_the_look)
        assert process
        processes.end([process])
    assert not processes.find(child.pid)


def test_the_rest_is_ended_though_the_first_is_gone() -> None:
    with subprocess.Popen(("sleep", "60")) as child:
        process = processes.find(child.pid)
        assert process
        processes.end([processes.Process(2**22 + 1, 1), process])
        assert child.wait(10) == -9
