import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fixtures.core.threads import looked_at, side_by_side
from lab import side_by_side as in_the_lab
from selftests.patience import LONG

BOTH = pytest.mark.parametrize("asks", [side_by_side, looked_at])


@BOTH
def test_answers_come_in_the_order_of_the_things(asks: Any) -> None:
    fast_is_done = threading.Event()

    def ask(node: str) -> str:
        if node == "slow":
            assert fast_is_done.wait(LONG)
        else:
            fast_is_done.set()
        return f"{node} answers"

    assert asks(ask, ["slow", "fast"]) == ["slow answers", "fast answers"]


@BOTH
def test_no_more_than_so_many_are_asked_at_the_same_time(asks: Any) -> None:
    asked: list[int] = []

    def ask(number: int) -> list[int]:
        asked.append(number)
        return [*asked]

    assert asks(ask, range(9), at_once=1) == [[*range(number + 1)] for number in range(9)]


def test_what_goes_wrong_first_in_their_order_is_raised_when_those_that_have_begun_have_ended() -> None:
    last_was_wrong, ended = threading.Event(), []

    def ask(node: str) -> None:
        if node == "block1":
            last_was_wrong.set()
        assert last_was_wrong.wait(LONG)
        ended.append(node)
        raise RuntimeError(f"{node} did not answer within 60 s")

    with pytest.raises(RuntimeError, match="controller"):
        side_by_side(ask, ["controller", "block1"], at_once=2)
    assert sorted(ended) == ["block1", "controller"]


@pytest.fixture(params=[side_by_side, in_the_lab.side_by_side])
def asks_all(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_who_is_interrupted_while_a_thread_is_started_waits_for_its_end(
    asks_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, is_interrupted, ended = threading.Event(), threading.Event(), []
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        assert has_begun.wait(LONG)
        is_interrupted.set()
        raise KeyboardInterrupt

    def delete(port: str) -> None:
        has_begun.set()
        assert is_interrupted.wait(LONG)
        ended.append(port)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asks_all(delete, ["port1", "port2"])
    assert ended == ["port1"]


def test_what_has_not_begun_when_the_interrupt_comes_does_not_begin(
    asks_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    submitted: list[ThreadPoolExecutor] = []
    submit = ThreadPoolExecutor.submit

    def interrupted(pool: ThreadPoolExecutor, *given: Any) -> None:
        if submitted:
            raise KeyboardInterrupt
        submitted.append(pool)
        submit(pool, *given)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asks_all(ended.append, ["port1", "port2", "port3"])
    assert {*ended} <= {"port1"}


def test_who_only_looks_is_told_what_went_wrong() -> None:
    def ask(node: str) -> str:
        raise RuntimeError(f"{node} did not answer")

    with pytest.raises(RuntimeError, match="controller"):
        looked_at(ask, ["controller", "block1"])


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """By a signal that ends no more than a call: the handler of whoever runs the self-tests would end them all."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("_interruptible")
def test_who_only_looks_and_is_interrupted_goes_at_once_and_no_other_is_asked() -> None:
    asked, may_answer, looking = list[str](), threading.Event(), list[threading.Thread]()

    def ask(node: str) -> None:
        asked.append(node)
        looking.append(threading.current_thread())
        if node == "silent":
            os.kill(os.getpid(), signal.SIGINT)
            assert may_answer.wait(LONG)

    with pytest.raises(KeyboardInterrupt):
        looked_at(ask, ["silent", "other"], at_once=1)
    may_answer.set()
    looking[0].join(LONG)
    assert asked == ["silent"]
