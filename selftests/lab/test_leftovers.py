from collections.abc import Iterator
from itertools import accumulate

import pytest

from lab import leftovers, processes
from lab.processes import Process

MACHINE = Process(100, 1)
BORN = [Process(101 + number, 2 + number, parent=100) for number in range(9)]


def _looks(monkeypatch: pytest.MonkeyPatch, looks: Iterator[list[Process]]) -> None:
    """Let each listing of processes be the next one; MACHINE alone is recorded, and all are the lab's."""
    monkeypatch.setattr(processes, "every", lambda: next(looks))
    monkeypatch.setattr(processes, "own_line", set)
    monkeypatch.setattr(processes, "marked", lambda _: True)
    monkeypatch.setattr(processes, "recorded", lambda file: MACHINE if file.parent.name == "block1" else None)


def test_what_a_machine_starts_during_a_look_is_no_stray(monkeypatch: pytest.MonkeyPatch) -> None:
    _looks(monkeypatch, accumulate(([each] for each in BORN), initial=[MACHINE]))
    assert leftovers._strays() == set()


def test_what_a_machine_inherits_during_a_look_is_no_stray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parent, a child of the machine, ends in the middle of the second listing."""
    orphan, adopted = Process(300, 5, parent=200), Process(300, 5, parent=100)
    before = [MACHINE, Process(200, 4, parent=100), orphan]
    _looks(monkeypatch, iter([before, before, [MACHINE, orphan], *[[MACHINE, adopted]] * 9]))
    assert leftovers._strays() == set()


def test_what_an_interrupted_command_left_is_a_stray(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Process(400, 6, parent=1)
    _looks(monkeypatch, iter([[MACHINE, *BORN, left]] * 9))
    assert leftovers._strays() == {left}
