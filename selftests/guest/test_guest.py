from typing import Any, cast

import pytest

from fixtures.guest.guest import Guest
from fixtures.guest.ping import CannotAsk
from fixtures.nodes.bounded_output import TURNS

COUNTERS = """\
Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps
Icmp: 12 0 0 1 0 0 0 0 7 4
"""


class FakeHost:
    def __init__(self, stdout: str = "", stderr: str = "", rc: int = 0) -> None:
        self.stdout, self.stderr, self.rc, self.asked = stdout, stderr, rc, [""]

    def run(self, command: str, *args: str) -> "FakeHost":
        self.asked.append(command % args)
        return self


def guest_on(host: FakeHost) -> Guest:
    return Guest(cast(Any, host))


class Timed(FakeHost):
    """A host that keeps how many times as long as usual it would wait."""

    turns = 0.0

    def run(self, command: str, *args: str) -> "FakeHost":
        self.turns = TURNS.get()
        return super().run(command, *args)


@pytest.mark.parametrize(("given", "turns"), [({}, 3), ({"seconds": 900}, 10)])
def test_a_guest_of_a_slow_cloud_is_waited_for_longer(given: dict[str, float], turns: float) -> None:
    host = Timed()
    Guest(cast(Any, host), patience=270).run("true", **given)
    assert host.turns == turns


def test_pings_that_reached_the_guest_are_counted() -> None:
    assert guest_on(FakeHost(COUNTERS)).echo_requests == 7


def test_a_ping_has_the_size_that_was_asked_for() -> None:
    host = FakeHost()
    assert guest_on(host).pings("172.16.1.5", size=1422)
    assert host.asked[-1].endswith("-c 1 -W 3 -s 1422 -- 172.16.1.5")


def test_a_ping_without_an_answer_is_none() -> None:
    host = FakeHost("3 packets transmitted, 0 packets received, 100% packet loss", rc=1)
    assert not guest_on(host).pings("172.16.1.5", tries=3)


def test_a_ping_that_could_not_be_sent_is_no_missing_answer() -> None:
    with pytest.raises(CannotAsk, match="the guest: ping sent nothing: ping: permission denied"):
        guest_on(FakeHost(stderr="ping: permission denied (are you root?)", rc=1)).pings("172.16.1.5")
