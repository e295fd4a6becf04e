import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.runner_errors import RunnerError
from fixtures.guest.ping import IN_IMAGE, CannotAsk, from_here, is_answered, ping_once, was_answered

LOST = "PING 203.0.113.7\n\n--- 203.0.113.7 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss\n"


@pytest.mark.parametrize("code", [1, 2], ids=["iputils and busybox", "macOS"])
def test_what_was_sent_and_not_answered_is_no_answer(code: int) -> None:
    assert is_answered(0, "", "")
    assert not is_answered(code, LOST, "")


def test_where_no_way_leads_nobody_answers() -> None:
    assert not is_answered(2, "", "ping: connect: Network is unreachable\n")


@pytest.mark.parametrize(
    ("code", "shown", "told", "words"),
    [
        (2, "", "ping: socket: Operation not permitted\nping: => missing cap_net_raw+p\n", "ping: socket: Operation"),
        (1, "", "ping: permission denied (are you root?)\n", "ping: permission denied"),
        (1, LOST, "ping: sendmsg: Operation not permitted\n", "ping: sendmsg: Operation not permitted"),
        (2, "", "ping: invalid argument: 'x'\n", "ping: invalid argument"),
        (1, "", 'Cannot open network namespace "qrouter-1": No such file or directory\n', "Cannot open network"),
        (3, "", "", "exit code 3 without a word"),
    ],
)
def test_what_was_not_sent_is_not_taken_for_no_answer(code: int, shown: str, told: str, words: str) -> None:
    with pytest.raises(CannotAsk, match=words):
        is_answered(code, shown, told)


BANNER = "** This system is for staff only; permission denied to all others; the helpdesk is unreachable **\n"


def test_what_others_say_is_not_pings() -> None:
    assert not is_answered(1, LOST, BANNER)
    with pytest.raises(CannotAsk, match=r"^ping: permission denied"):
        is_answered(1, "", f"ping: permission denied (are you root?)\n{BANNER}")
    with pytest.raises(CannotAsk, match="bad address"):
        is_answered(1, "", f"{BANNER}ping: bad address 'x'\n")


@pytest.mark.parametrize("word", ["sendmsg", "sendto"])
def test_what_the_senders_own_firewall_drops_takes_no_setcap(word: str) -> None:
    dropped: Any = SimpleNamespace(rc=1, stdout=LOST, stderr=f"ping: {word}: Operation not permitted\n")
    with pytest.raises(CannotAsk, match="its own firewall drops what it sends: let ICMP out") as told:
        was_answered(dropped, "the guest", IN_IMAGE)
    assert IN_IMAGE not in str(told.value)


def test_the_wait_is_three_seconds_everywhere() -> None:
    assert ping_once("linux")[-1] == "3"
    assert ping_once("darwin")[-1] == "3000"


def test_a_machine_without_ping_has_no_answer_to_give(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        from_here("127.0.0.1")


def test_a_machine_that_may_not_ping_is_at_fault_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ping = tmp_path / "ping"
    ping.write_text(f"#!{sys.executable}\nimport sys; sys.exit('ping: socket: Operation not permitted')\n")
    ping.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RunnerError, match="cap_net_raw"):
        from_here("127.0.0.1")
