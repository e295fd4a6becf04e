import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.nodes.clocks import RUNNER, Clock, TimeService, _asked, _read, read_clock
from fixtures.nodes.round_trip import RoundTrip


def ticks(*times: float) -> Callable[[], float]:
    told: Iterator[float] = iter(times)
    return lambda: next(told)


def test_a_clock_is_compared_with_the_middle_of_the_journey() -> None:
    clock = read_clock("compute1", date=lambda: "1000.200000000\n", now=ticks(1000.0, 1000.4))
    assert clock.offset == pytest.approx(0)
    assert clock.uncertainty == pytest.approx(0.2)


def test_a_clock_that_is_ahead_has_a_positive_offset() -> None:
    assert read_clock("compute1", lambda: "1005.1", ticks(1000.0, 1000.2)).offset == pytest.approx(5)


def test_what_the_journey_may_have_hidden_is_not_held_against_a_clock() -> None:
    assert not Clock("compute1", 1.2, 0.3).surely_off(RUNNER, limit=1)
    assert Clock("compute1", 1.4, 0.3).surely_off(RUNNER, limit=1)
    assert Clock("compute1", -1.4, 0.3).surely_off(RUNNER, limit=1)


def test_two_clocks_can_be_apart_though_each_is_near_the_runners() -> None:
    assert Clock("compute1", 0.8, 0.1).surely_off(Clock("compute2", -0.8, 0.1), limit=1)


@pytest.mark.parametrize(
    ("unit", "told", "synchronised"),
    [
        ("chrony.service", "chrony: Stratum         : 9\nchrony: Leap status     : Normal\n", True),
        ("chronyd.service", "chrony: Leap status     : Not synchronised\n", False),
        ("chronyd.service", "systemd-timesyncd: System clock synchronized: yes\n", False),
        ("ntpd.service", "ntp:  remote refid\nntp: *10.0.0.11  .GPS.  1 u\n", True),
        ("ntpsec.service", "ntp: +10.0.0.12  .GPS.  1 u\n", False),
        ("systemd-timesyncd.service", "systemd-timesyncd: NTP synchronized: yes\n", True),
        ("systemd-timesyncd.service", "systemd-timesyncd: System clock synchronized: no\n", False),
    ],
)
def test_each_time_service_says_in_its_own_way_that_it_is_synchronised(
    unit: str, told: str, synchronised: bool
) -> None:
    assert TimeService((unit,), told).is_synchronised is synchronised


def test_a_time_service_in_a_container_is_one() -> None:
    """Kolla-ansible had chrony in one until Wallaby."""
    told = "Id=chrony.service\nActiveState=inactive\n\n==\nchrony: Leap status     : Normal\n"
    host = SimpleNamespace(run=lambda *_: SimpleNamespace(stdout=told))
    node: Any = SimpleNamespace(unit_names={"time": ["chrony.service"]}, host=host)
    assert _asked(node).is_synchronised


def test_without_a_time_service_nothing_is() -> None:
    assert not TimeService((), "systemd-timesyncd: System clock synchronized: yes").is_synchronised


@pytest.mark.parametrize(
    ("running", "kind", "is_so"),
    [((), "lxc", True), (("chrony.service",), "lxc", False), ((), "systemd-nspawn", False), ((), "none", False)],
)
def test_the_host_keeps_the_clock_of_lxcs_container(running: tuple[str, ...], kind: str, is_so: bool) -> None:
    """Source: systemd-detect-virt(1)."""
    assert TimeService(running, f"systemd-timesyncd: RTC in local TZ: no\ncontainer: {kind}\n").is_the_hosts is is_so


def node_told(*round_trips: RoundTrip) -> Any:
    """A node of which these round trips told the clock; asked alone it is five seconds ahead."""
    ahead = SimpleNamespace(round_trips=list(round_trips), check_output=lambda *_: str(time.time() + 5))
    return SimpleNamespace(name="compute1", host=ahead)


def test_a_clock_is_known_by_what_was_read_anyway() -> None:
    """What the node took for its work is no part of the delay."""
    quick, slow = RoundTrip(1000, 1003.1, 1010.1, 1007.2), RoundTrip(1000, 1003, 1004, 1009)
    clock = _read(node_told(slow, quick))
    assert clock.offset == pytest.approx(3)
    assert clock.uncertainty == pytest.approx(0.1)


@pytest.mark.parametrize("round_trips", [(), (RoundTrip(1000, 1003, 1004, 1009),)])
def test_one_that_was_told_too_vaguely_is_asked_for(round_trips: tuple[RoundTrip, ...]) -> None:
    clock = _read(node_told(*round_trips))
    assert clock.offset == pytest.approx(5, abs=clock.uncertainty + 0.001)
