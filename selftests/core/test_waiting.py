import threading
from collections.abc import Iterator

import pytest
import tenacity

from fixtures.core.proven import Proven, is_proven
from fixtures.core.waiting import ABANDONED, WaitFailed, time_left, wait_for


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def statuses() -> Iterator[str]:
    return iter(["BUILD", "BUILD", "ACTIVE", "DELETED"])


def test_it_gives_what_was_waited_for(statuses: Iterator[str], slept: list[float]) -> None:
    seen = wait_for(
        "the server", lambda: next(statuses), lambda now: now == "ACTIVE", 60, fix="wait", sleep=slept.append
    )
    assert seen == "ACTIVE"
    assert slept == [1, 1]


def test_at_the_deadline_it_tells_what_was_seen_last(statuses: Iterator[str], slept: list[float]) -> None:
    with pytest.raises(WaitFailed, match=r"the server: not within 60 s; last seen: BUILD\. Fix: look at its log"):
        wait_for(
            "the server",
            lambda: next(statuses),
            lambda now: now == "ACTIVE",
            60,
            fix="look at its log",
            sleep=slept.append,
            stop=tenacity.stop_after_attempt(2),
        )


@pytest.mark.parametrize(("seen", "is_cause"), [("none", False), ("some", True)])
def test_what_was_seen_last_decides_whether_it_proves_the_cause(seen: str, is_cause: bool) -> None:
    with pytest.raises(WaitFailed, match="Fix: the MTU") as failed:
        wait_for(
            "all",
            lambda: seen,
            lambda now: now == "all",
            0,
            fix=lambda now: (str if now == "none" else Proven)("the MTU"),
        )
    assert is_proven(failed.value) is is_cause


def test_who_is_asked_in_a_wait_sees_its_end() -> None:
    assert 0 < wait_for("the server", time_left, bool, 60, fix="wait") <= 60
    assert time_left() == 0


@pytest.mark.parametrize("is_cleanup", [False, True])
def test_a_wait_that_nobody_wants_any_more_has_no_time_left_unless_it_cleans_up(is_cleanup: bool) -> None:
    stop = tenacity.stop_after_attempt(1) if is_cleanup else None
    abandoned = threading.Event()
    token = ABANDONED.set(abandoned)
    abandoned.set()
    try:
        left = wait_for("the server", time_left, lambda _: True, 60, fix="wait", stop=stop)
    finally:
        ABANDONED.reset(token)
    assert bool(left) is is_cleanup


def test_it_does_not_wait_for_what_cannot_come(slept: list[float]) -> None:
    with pytest.raises(WaitFailed, match="the server: no valid host"):
        wait_for(
            "the server",
            lambda: "ERROR",
            lambda now: now == "ACTIVE",
            60,
            fix="look",
            fail_if=lambda now: "no valid host" if now == "ERROR" else None,
            sleep=slept.append,
        )
    assert slept == []
