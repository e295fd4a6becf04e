"""The longest chain, of spans that are made by hand: seconds are easy to add up."""

import time
from itertools import count, pairwise
from random import Random

import pytest

from fixtures.core.spans import CHECK, CLEANUP, COMMAND, FIXTURE, RESOURCE, ROUND_TRIP, RUNNER, WAIT, Span
from fixtures.report.critical_path import CriticalPath, critical_path, union


class Told:
    """Spans, as they are told one after the other."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._numbers = count(1)

    def work(self, kind: str, name: str, start: float, end: float, *needs: str) -> Span:
        span = Span(kind, name, next(self._numbers), start, end, needs=[*needs])
        self.spans.append(span)
        return span

    def made(self, name: str, start: float, end: float, *needs: str) -> Span:
        """Asked for, and waited for, from its beginning to its end."""
        span = self.work(RESOURCE, name, start, end, *needs)
        self.asked(span, start, end)
        return span

    def asked(self, of: Span, start: float, end: float, name: str = "POST /things", *, begins: bool = True) -> None:
        numbered = Span(ROUND_TRIP, name, next(self._numbers), start, end, of=of.number, begins=begins)
        self.spans.append(numbered)

    def waited(self, of: Span, name: str, start: float, end: float, looks: int = 5, operation: str = "boot") -> None:
        self.spans.append(
            Span(WAIT, name, next(self._numbers), start, end, of=of.number, looks=looks, operation=operation)
        )

    @property
    def path(self) -> CriticalPath:
        return critical_path(self.spans)


@pytest.fixture
def told() -> Told:
    return Told()


def names(path: CriticalPath) -> list[str]:
    return [f"end of {step.span.name}" if step.span.kind == CLEANUP else step.span.name for step in path.steps]


def test_nothing_took_no_time() -> None:
    assert (critical_path([]).seconds, critical_path([]).steps) == (0, [])


def test_the_longer_of_two_ways_counts(told: Told) -> None:
    told.made("cloud", 0, 2)
    told.made("image", 2, 9, "cloud")
    told.made("network", 2, 3, "cloud")
    told.made("server", 9, 19, "image", "network")
    assert (names(told.path), told.path.seconds) == (["cloud", "image", "server"], 19)


def test_what_the_runner_idled_between_does_not_count(told: Told) -> None:
    told.made("image", 0, 5)
    told.made("volume", 100, 103, "image")
    assert told.path.seconds == 8


def test_what_needs_nothing_of_each_other_does_not_add_up(told: Told) -> None:
    told.made("image", 0, 5)
    told.made("network", 5, 9)
    told.made("volume", 9, 12)
    assert (names(told.path), told.path.seconds) == (["image"], 5)


def test_of_a_resource_only_what_was_waited_for_counts(told: Told) -> None:
    server = told.work(RESOURCE, "server", 0, 20)
    told.asked(server, 1, 3)
    told.asked(server, 2, 4)
    told.asked(server, 10, 11)
    assert told.path.seconds == 4


def test_a_fixture_that_took_no_time_hands_on_what_it_stands_on(told: Told) -> None:
    told.made("server", 0, 10)
    told.work(FIXTURE, "login", 10, 10, "server")
    told.made("guest", 30, 31, "login")
    assert (names(told.path), told.path.seconds) == (["server", "guest"], 11)


def test_who_waited_for_what_the_background_makes_waited_for_its_time(told: Told) -> None:
    told.made("server", 0, 10)
    setup = told.work(FIXTURE, "guest", 4, 11, "server")
    told.spans.append(Span(WAIT, "server, made in the background", 99, 4, 10, of=setup.number, needs=["server"]))
    told.asked(setup, 10, 11)
    assert told.path.seconds == 11


def test_a_boot_counts_since_the_server_was_asked_for_however_late_one_looks(told: Told) -> None:
    told.made("requested_server", 0, 2)
    server = told.work(RESOURCE, "server", 30, 30.1, "requested_server")
    told.waited(server, "ACTIVE", 30, 30.1, looks=1)
    check = told.work(CHECK, "test_guest_boots", 40, 63, "server", "requested_server")
    told.waited(check, "a login prompt", 40, 62)
    told.asked(check, 62, 63, begins=False)
    assert told.path.seconds == pytest.approx(2 + 60 + 1)
    assert told.path.booting == pytest.approx(60)
    assert names(told.path) == ["requested_server", "test_guest_boots"]


def test_what_one_has_waited_for_has_come_for_the_others(told: Told) -> None:
    told.made("requested_server", 0, 2)
    check = told.work(CHECK, "test_guest_boots", 40, 63, "requested_server")
    told.waited(check, "a login prompt", 40, 62)
    told.asked(check, 62, 63)
    booted = told.work(RESOURCE, "booted_server", 80, 80, "requested_server")
    told.waited(booted, "a login prompt", 80, 80, looks=1)
    told.made("attached_volume", 90, 100, "booted_server")
    assert told.path.seconds == pytest.approx(62 + 10), "not what that check did after it"
    assert names(told.path) == ["requested_server", "test_guest_boots", "attached_volume"]


def test_what_had_come_before_the_first_look_counts_for_nothing(told: Told) -> None:
    told.made("requested_server", 0, 2)
    booted = told.work(RESOURCE, "booted_server", 200, 200.5, "requested_server")
    told.waited(booted, "a login prompt", 200, 200.5, looks=1)
    assert told.path.seconds == pytest.approx(2.5)


@pytest.mark.parametrize(("name", "begins"), [("POST /servers/ID/action", True), (COMMAND, False)])
def test_a_boot_that_one_has_begun_oneself_counts_since_then(told: Told, name: str, begins: bool) -> None:
    told.made("requested_server", 0, 2)
    check = told.work(CHECK, "test_reboot", 100, 110, "requested_server")
    told.asked(check, 100, 101, name, begins=begins)
    told.waited(check, "a login prompt", 101, 110)
    assert told.path.seconds == 12


def test_another_wait_counts_for_as_long_as_it_took(told: Told) -> None:
    told.made("requested_server", 0, 2)
    check = told.work(CHECK, "test_ping", 100, 103, "requested_server")
    told.waited(check, "an answer to ping", 100, 103, operation="")
    assert told.path.seconds == 5


def test_what_comes_after_something_else_counts_as_if_it_needed_it(told: Told) -> None:
    told.made("server", 0, 10)
    told.made("live_migration", 10, 50, "server")
    told.made("cold_migration", 50, 80, "server").after.append("live_migration")
    told.made("resized_guest", 80, 100, "server").after += ["cold_migration", "never_made"]
    assert names(told.path) == ["server", "live_migration", "cold_migration", "resized_guest"]
    assert told.path.seconds == 100


def test_something_is_ended_after_all_who_need_it(told: Told) -> None:
    told.made("network", 0, 1)
    told.made("server", 1, 11, "network")
    check = told.work(CHECK, "test_it", 20, 24, "server", "network")
    told.asked(check, 20, 24, begins=False)
    for name, start, end in (("server", 30, 33), ("network", 33, 35)):
        told.asked(told.work(CLEANUP, name, start, end, name), start, end)
    assert names(told.path) == ["network", "server", "test_it", "end of server", "end of network"]
    assert told.path.seconds == 1 + 10 + 4 + 3 + 2


def test_of_a_fixture_that_is_made_for_each_check_the_last_one_is_meant(told: Told) -> None:
    for start in (0, 100):
        told.made("floating_ip", start, start + 2)
        check = told.work(CHECK, f"test_at_{start}", start + 2, start + 3, "floating_ip")
        told.asked(check, start + 2, start + 3, begins=False)
        told.asked(told.work(CLEANUP, "floating_ip", start + 3, start + 4, "floating_ip"), start + 3, start + 4)
    assert told.path.seconds == 4


def test_what_the_runner_does_around_the_checks_is_its_own_affair(told: Told) -> None:
    told.asked(told.work(RUNNER, "preflight", 0, 9), 0, 9)
    told.made("image", 9, 10)
    assert told.path.seconds == 1


def test_the_order_in_which_spans_are_told_does_not_matter(told: Told) -> None:
    told.made("cloud", 0, 2)
    told.made("image", 2, 9, "cloud")
    told.made("server", 9, 19, "image")
    assert critical_path(told.spans[::-1]).seconds == told.path.seconds == 19


def test_time_that_several_share_is_counted_once() -> None:
    spans = [
        Span(WAIT, "", number, start, end) for number, (start, end) in enumerate([(5, 9), (0, 3), (1, 2), (8, 20)])
    ]
    assert union(spans, 0, 10) == 3 + 5
    assert union([], 0, 10) == 0


def test_what_went_on_beside_it_does_not_count_twice(told: Told) -> None:
    """A fixture that asks for itself, and only then waits for what was made in the background meanwhile."""
    told.made("server", 0, 10)
    fixture = told.work(FIXTURE, "both", 0, 12, "server")
    told.asked(fixture, 0, 9)
    told.asked(fixture, 10, 12)
    assert told.path.seconds == 12


def test_what_was_made_after_a_wait_does_not_count_beside_what_else_went_on(told: Told) -> None:
    """A check that waits, and then asks for a fixture by its name, while threads of its own go on."""
    check = told.work(CHECK, "test_it", 0, 30, "volume")
    told.waited(check, "a login prompt", 0, 10)
    told.made("volume", 8, 20)
    told.asked(check, 15, 30, begins=False)
    assert (names(told.path), told.path.seconds) == (["test_it"], 25)
    assert all(earlier.end <= later.start for earlier, later in pairwise(told.path.steps))


def test_what_one_had_waited_for_before_one_asked_for_something_quick_is_not_lost(told: Told) -> None:
    check = told.work(CHECK, "test_it", 0, 21, "key")
    told.asked(check, 0, 20)
    told.made("key", 20, 21)
    assert (names(told.path), told.path.seconds) == (["test_it"], 20)


@pytest.mark.parametrize("seed", range(20))
def test_it_never_is_longer_than_the_run(told: Told, seed: int) -> None:
    """Whatever the spans: no two steps of a chain go on at the same time."""
    chance = Random(seed)
    for _ in range(60):
        start, kind = chance.uniform(0, 90), chance.choice([RESOURCE, RESOURCE, FIXTURE, CHECK, CLEANUP])
        needs = [f"r{chance.randrange(12)}" for _ in range(3)]
        span = told.work(kind, chance.choice(needs), start, start + chance.uniform(0, 10), *needs)
        told.asked(span, span.start, chance.uniform(span.start, span.end), begins=chance.random() < 0.5)
        first, last = sorted(chance.uniform(span.start, span.end) for _ in range(2))
        told.waited(span, f"w{chance.randrange(5)}", first, last, chance.randrange(3))
        told.asked(span, last, span.end, begins=False)
    path = told.path
    assert 0 < path.booting <= path.seconds <= 100
    assert all(earlier.start <= earlier.end <= later.start for earlier, later in pairwise(path.steps))


def test_of_a_large_cloud_it_is_found_soon(told: Told) -> None:
    for number in range(60):
        told.made(f"r{number}", number, number + 1, *(f"r{other}" for other in range(number)))
    for number in range(10_000):
        told.work(CHECK, "test", 100 + number, 101 + number, *(f"r{other}" for other in range(30, 60)))
    began = time.process_time()
    assert told.path.seconds == 60
    assert time.process_time() - began < 20, (
        "seconds of the processor, which count what it does and not how busy the machine is"
    )
