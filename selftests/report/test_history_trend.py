from collections.abc import Sequence

import pytest

from fixtures.report.history_record import Record
from fixtures.report.history_trend import LAST, Slower, slower
from selftests.report.known_runs import known_run

QUICK = [28.0, 31.0, 26.5, 29.0, 33.0, 27.0, 30.0]
SLOW = [41.0, 38.0, 44.0, 39.5, 36.0, 47.0, 40.0]


def runs(seconds: Sequence[float]) -> list[Record]:
    return [known_run(day, durations={"boot": each}) for day, each in enumerate(seconds, 1)]


def test_each_of_the_last_above_each_of_those_before() -> None:
    assert slower(runs(QUICK + SLOW)) == [Slower("boot", 29.0, 40.0, LAST)]


@pytest.mark.parametrize(
    "seconds",
    [
        QUICK + SLOW[:-1],
        QUICK + QUICK,
        SLOW + QUICK,
        [*QUICK, *SLOW[:3], 30.0, *SLOW[4:]],
        [*QUICK[:3], 90.0, *QUICK[4:], *SLOW],
        [5.0] * 14,
    ],
    ids=["too few", "alike", "quicker", "one quick night", "one slow night before", "the same"],
)
def test_otherwise_nothing_is_said(seconds: list[float]) -> None:
    assert slower(runs(seconds)) == []


def test_only_runs_of_the_same_choice_compare() -> None:
    quick = [run.model_copy(update={"selection": {"row": "NOVA-14"}}) for run in runs(QUICK)]
    assert slower([*quick, *runs(SLOW)]) == []


def test_runs_that_did_not_wait_for_it_are_left_out() -> None:
    assert slower([*runs(QUICK), known_run(20), known_run(21), *runs(SLOW)]) == [Slower("boot", 29.0, 40.0)]


def test_what_costs_most_comes_first() -> None:
    found = slower(
        [
            known_run(day, durations={"a little": 1 + each / 100, "much": each})
            for day, each in enumerate(QUICK + SLOW, 1)
        ]
    )
    assert [each.what for each in found] == ["much", "a little"]
