from pathlib import Path

import pytest

from reports.classroom.class_file import Student
from reports.classroom.progress import Lines, in_words, left, outcome
from reports.classroom.result import Result
from reports.classroom.student_run import StudentRun


def run(state: str = "waiting", expected: float | None = None, **others: object) -> StudentRun:
    made = StudentRun(Student(name="Ada", os_cloud="x"), Path("x"), expected)
    vars(made).update({"state": state, **others})
    return made


def test_nobody_knows_before_one_has_ended() -> None:
    assert left([run(), run("running", began=0)], 2, 10) is None


def test_earlier_runs_tell() -> None:
    assert left([run("running", 100, began=0), run(expected=100), run(expected=60)], 2, 30) == 130
    assert left([run("running", 100, began=0), run(expected=100), run(expected=60)], 1, 30) == 230


def test_those_without_an_own_take_what_others_took() -> None:
    assert left([run("done", seconds=80), run("running", began=0), run()], 1, 20) == 140


def test_one_that_takes_longer_than_ever_has_none_left() -> None:
    assert left([run("running", 100, began=0)], 1, 500) == 0
    assert left([run("done", seconds=80)], 1, 500) == 0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, ""), (0, ""), (0.2, "about 1 s left"), (80, "about 80 s left"), (500, "about 8 min left")],
)
def test_in_words(seconds: float | None, told: str) -> None:
    assert in_words(seconds) == told


@pytest.mark.parametrize(
    ("known", "result", "told"),
    [
        (run("done", seconds=200), Result(code=0, rows={"NOVA-3": "passed"}), "all passed in 200 s"),
        (run("done", seconds=9), Result(code=0, rows={"NOVA-3": "skipped"}), "nothing could be looked at in 9 s"),
        (run("done", seconds=200), Result(code=1, causes=1), "1 root cause in 200 s"),
        (run("done", seconds=9), Result(code=1, not_found=1), "0 root causes in 9 s, 1 cause not found"),
        (run("done", seconds=9), Result(code=1, causes=2, not_found=2), "2 root causes in 9 s, 2 causes not found"),
        (run("done", seconds=2), Result(code=4, problem="--hosts: down"), "could not begin: --hosts: down"),
        (run("done", seconds=9), Result(), "did not come to its end in 9 s: see its output"),
        (run("done", seconds=9, problem="too long"), Result(code=2), "did not come to its end in 9 s: too long"),
        (run("not started", problem="no room"), Result(), "not started: no room"),
    ],
)
def test_what_came_of_it(known: StudentRun, result: Result, told: str) -> None:
    assert outcome(known, result) == told


def test_a_quarter_is_told_once() -> None:
    ada = run("running", began=0)
    lines = Lines([ada], 1)
    told = []
    for percent in (0, 3, 26, 30, 55, 80, 99):
        ada.percent = percent
        told += [line.partition(" of")[0] for line in lines.of(ada, Result())]
    assert told == ["Ada: started", "Ada: 26 %", "Ada: 55 %", "Ada: 80 %"]
