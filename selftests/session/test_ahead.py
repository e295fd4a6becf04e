import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest

from fixtures.core.waiting import ABANDONED, WaitFailed, wait_for
from fixtures.session.ahead import Ahead, ahead
from selftests.patience import LONG

KEYS = [f"compute{number}" for number in range(1, 9)]


class Made:
    """What is there, and what has been."""

    def __init__(self) -> None:
        self.there: list[str] = []
        """A key may be there twice: the one that is being ended, and the next one of its name."""
        self.most = 0
        self.order: list[str] = []
        self.changed = threading.Condition()

    @contextmanager
    def make(self, key: str) -> Iterator[str]:
        with self.changed:
            self.there.append(key)
            self.order.append(key)
            self.most = max(self.most, len(self.there))
            self.changed.notify_all()
        yield f"server on {key}"
        with self.changed:
            self.there.remove(key)
            self.changed.notify_all()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, LONG)


@pytest.fixture
def made() -> Made:
    return Made()


def lend_all(things: Ahead[str], keys: list[str]) -> Iterator[str]:
    for number in range(len(keys)):
        with things.lend(keys[number:]) as thing:
            yield thing


def test_each_test_gets_its_own_and_there_are_never_more_than_so_many(made: Made) -> None:
    with ahead(made.make, 3) as things:
        assert list(lend_all(things, KEYS)) == [f"server on {key}" for key in KEYS]
    assert (made.most <= 3, made.there, sorted(made.order)) == (True, [], KEYS)


def test_they_are_made_side_by_side_before_they_are_asked_for(made: Made) -> None:
    with ahead(made.make, 3) as things, things.lend(KEYS):
        made.wait_until(lambda: sorted(made.there) == KEYS[:3])


def test_with_one_at_once_the_next_is_begun_when_the_first_is_gone(made: Made) -> None:
    with ahead(made.make, 1) as things:
        assert len(list(lend_all(things, KEYS))) == len(KEYS)
    assert (made.most, made.order) == (1, KEYS)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_whichever_tests_do_not_come_those_that_do_get_theirs(made: Made, at_once: int) -> None:
    with ahead(made.make, at_once) as things:
        for first in (0, 5, 2, 2, 7):
            with things.lend(KEYS[first:]) as thing:
                assert thing == f"server on {KEYS[first]}"
    assert (made.most <= at_once, made.there) == (True, [])


def failing(make: Callable[[str], AbstractContextManager[str]]) -> Callable[[str], AbstractContextManager[str]]:
    @contextmanager
    def or_fail(key: str) -> Iterator[str]:
        if key == "compute2":
            pytest.fail("no nova-compute on compute2")
        with make(key) as thing:
            yield thing

    return or_fail


def test_what_cannot_be_made_hurts_only_who_asks_for_it(made: Made) -> None:
    given: list[str] = []
    with ahead(failing(made.make), 2) as things:
        for number, key in enumerate(KEYS):
            refused = pytest.raises(pytest.fail.Exception, match="compute2") if key == "compute2" else nullcontext()
            with refused, things.lend(KEYS[number:]):
                given.append(key)
    assert given == [key for key in KEYS if key != "compute2"]
    assert made.there == []


def test_what_cannot_be_ended_is_told_in_the_end_and_the_others_are_ended(made: Made) -> None:
    @contextmanager
    def make(key: str) -> Iterator[str]:
        with made.make(key):
            yield key
        assert key != "compute2", "server s2 is still there"

    with pytest.raises(AssertionError, match="server s2 is still there"), ahead(make, 2) as things:
        assert list(lend_all(things, KEYS)) == KEYS
    assert made.there == []


def test_a_test_that_fails_gives_its_own_back(made: Made) -> None:
    with ahead(made.make, 2) as things:
        with pytest.raises(ZeroDivisionError), things.lend(KEYS):
            raise ZeroDivisionError
        made.wait_until(lambda: "compute1" not in made.there)


def test_a_wait_for_what_nobody_asks_for_any_more_ends_at_once() -> None:
    began = threading.Event()
    gone: list[str] = []

    @contextmanager
    def make(key: str) -> Iterator[str]:
        try:
            if key != "compute1":
                began.set()
                wait_for(key, lambda: "BUILD", lambda _: False, 3600, fix="wait", sleep=lambda _: None)
            yield key
        except WaitFailed:
            gone.append(key)
            raise

    with ahead(make, 2) as things, things.lend(KEYS):
        assert began.wait(LONG)
    assert gone == ["compute2"]


def test_what_is_kept_is_there_until_the_end(made: Made) -> None:
    with ahead(made.make, 1) as things:
        assert things.keep("compute2") == "server on compute2"
        assert list(lend_all(things, KEYS)) == [f"server on {key}" for key in KEYS]
        assert "compute2" in made.there
    assert (made.there, made.order.count("compute2")) == ([], 1)


def test_who_keeps_what_is_not_there_yet_gives_up_when_it_is_not_wanted() -> None:
    abandoned = threading.Event()
    abandoned.set()

    @contextmanager
    def make(key: str) -> Iterator[str]:
        wait_for(key, lambda: "BUILD", lambda _: False, 3600, fix="wait", sleep=lambda _: None)
        yield key

    token = ABANDONED.set(abandoned)
    try:
        with ahead(make, 1) as things, pytest.raises(WaitFailed, match="compute2"):
            things.keep("compute2")
    finally:
        ABANDONED.reset(token)


@pytest.mark.parametrize("is_submitted", [True, False])
def test_one_whose_beginning_is_interrupted_is_ended(
    made: Made, monkeypatch: pytest.MonkeyPatch, is_submitted: bool
) -> None:
    submit = ThreadPoolExecutor.submit

    def interrupted(pool: ThreadPoolExecutor, *given: Any) -> None:
        if is_submitted:
            submit(pool, *given)
            made.wait_until(lambda: bool(made.there))
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt), ahead(made.make, 2) as things, things.lend(KEYS):
        pytest.fail("not interrupted")
    assert (made.order, made.there) == ([KEYS[0]] if is_submitted else [], [])
