"""What is recorded of a run: by whom it was asked for, from whichever thread, and without what is of no interest."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest

from fixtures.core import spans as recorded
from fixtures.core.spans import CHECK, FIXTURE, RESOURCE, ROUND_TRIP, WAIT, Span, Spans, for_the_same
from fixtures.core.waiting import WaitFailed, wait_for
from selftests.patience import LONG


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """Of a run that begins here."""
    fresh = Spans()
    monkeypatch.setattr("fixtures.core.waiting.SPANS", fresh)
    monkeypatch.setattr(recorded, "QUICK", 60)  # on a machine that is busy, too
    return fresh


def named(spans: Spans, name: str) -> Span:
    [found] = [span for span in spans.ended if span.name == name]
    return found


def test_a_round_trip_belongs_to_who_is_at_work(spans: Spans) -> None:
    with spans.at_work(RESOURCE, "network", ["cloud"]) as owner, spans.round_trip("POST /v2.0/networks", "controller"):
        pass
    asked = named(spans, "POST /v2.0/networks")
    assert (asked.of, asked.kind, asked.place) == (owner.number, ROUND_TRIP, "controller")
    assert owner.start <= asked.start <= asked.end <= owner.end
    assert owner.needs == ["cloud"]


def test_behind_it_nobody_is_at_work_any_more(spans: Spans) -> None:
    def make_and_ask() -> None:
        with spans.at_work(RESOURCE, "network"):
            pass
        with spans.round_trip("GET /v3", "controller"):
            pass

    Context().run(make_and_ask)  # without the check that runs here
    assert named(spans, "GET /v3").of is None


def test_a_wait_tells_how_often_it_looked_and_what_the_cloud_did(spans: Spans) -> None:
    seen = iter(["BUILD", "BUILD", "ACTIVE"])
    wait_for("it", lambda: next(seen), "ACTIVE".__eq__, 60, fix="", sleep=lambda _: None, operation="boot")
    wait = named(spans, "it")
    assert (wait.kind, wait.looks, wait.operation) == (WAIT, 3, "boot")


def test_a_wait_that_fails_is_told_too(spans: Spans) -> None:
    with pytest.raises(WaitFailed):
        wait_for("it", lambda: "ERROR", lambda _: False, 60, fix="", fail_if=str)
    assert named(spans, "it").looks == 1


def test_threads_are_at_work_for_themselves(spans: Spans) -> None:
    both = threading.Barrier(2, timeout=LONG)

    def make(name: str) -> None:
        with spans.at_work(RESOURCE, name):
            both.wait()
            with spans.round_trip(f"of {name}", "controller"):
                both.wait()

    with ThreadPoolExecutor() as pool:
        list(pool.map(make, ["image", "network"]))
    for name in ("image", "network"):
        assert named(spans, f"of {name}").of == named(spans, name).number


def test_what_is_asked_side_by_side_is_for_who_asks(spans: Spans) -> None:
    def ask(node: str) -> None:
        with spans.round_trip("command", node):
            pass

    with spans.at_work(FIXTURE, "logins") as owner, ThreadPoolExecutor() as pool:
        list(pool.map(for_the_same(ask), ["controller", "compute1"]))
    assert {span.of for span in spans.ended if span.kind == ROUND_TRIP} == {owner.number}


def test_who_is_quick_and_asks_nothing_is_left_out_and_what_it_needs_stands_for_it(spans: Spans) -> None:
    with spans.at_work(FIXTURE, "login", ["way_in", "key"]):
        pass
    with spans.at_work(CHECK, "test_it", ["login", "key"]), spans.round_trip("command", "compute1"):
        pass
    assert [span.name for span in spans.ended] == ["command", "test_it"]
    assert named(spans, "test_it").needs == ["way_in", "key"]


def test_a_resource_is_told_however_quick(spans: Spans) -> None:
    with spans.at_work(RESOURCE, "recipe"):
        pass
    assert [span.name for span in spans.ended] == ["recipe"]


def test_what_is_asked_for_by_its_name_is_needed(spans: Spans) -> None:
    with spans.at_work(FIXTURE, "outer") as outer, spans.at_work(RESOURCE, "inner"):
        pass
    assert outer.needs == ["inner"]


def test_what_is_asked_for_by_its_name_and_was_quick_hands_on_what_it_needs(spans: Spans) -> None:
    with spans.at_work(FIXTURE, "outer") as outer, spans.at_work(FIXTURE, "inner", ["server"]):
        pass
    assert outer.needs == ["server"]


def test_what_another_one_makes_is_needed_by_who_waits_for_it(spans: Spans) -> None:
    with spans.at_work(RESOURCE, "server_on_node") as owner, spans.wait("it", needs=["servers_on_nodes[compute2]"]):
        pass
    assert owner.needs == ["servers_on_nodes[compute2]"]


def test_an_interruption_ends_what_goes_on(spans: Spans) -> None:
    with pytest.raises(KeyboardInterrupt), spans.at_work(RESOURCE, "server"), spans.wait("ACTIVE"):
        raise KeyboardInterrupt
    assert [span.name for span in spans.ended] == ["ACTIVE", "server"]
    assert all(span.end for span in spans.ended)


def test_of_very_many_round_trips_the_last_are_only_counted(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "MOST", 10)
    for _ in range(20):
        with spans.round_trip("command", "compute1"):
            pass
    with spans.at_work(RESOURCE, "server"):
        pass
    assert (len(spans.ended), spans.left_out) == (12, 9)


def test_a_workers_have_numbers_of_their_own(spans: Spans) -> None:
    worker = Spans()
    for each in (worker, spans):
        with each.at_work(RESOURCE, "server"), each.round_trip("command", "compute1"):
            pass
    spans.add(worker.as_data())
    spans.add(worker.as_data())
    with spans.at_work(RESOURCE, "last"):
        pass
    numbers = [span.number for span in spans.ended]
    assert len(set(numbers)) == len(numbers) == 7
    assert [span.of for span in spans.ended if span.of is not None] == [
        span.number for span in spans.ended if span.name == "server"
    ]


def test_it_costs_next_to_nothing(spans: Spans) -> None:
    began = time.thread_time()  # not what others take of the processor meanwhile
    with spans.at_work(RESOURCE, "server"):
        for _ in range(1000):
            with spans.round_trip("command", "compute1"):
                pass
    assert time.thread_time() - began < 1, "a millisecond each, at the very most"
