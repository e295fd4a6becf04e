import threading
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.core.error_text import stderr_of
from fixtures.nodes.checked_host import CheckedHost, checked, in_sh, limited
from fixtures.nodes.no_answer import NoAnswer, NotEnded, within
from selftests.patience import LONG


class Backend:
    """One whose command ends as the test says; how often it was asked."""

    hostname, has_deadline = "compute1", True

    def __init__(self, ends: Exception) -> None:
        self.ends, self.asked = ends, 0

    def quote(self, command: str, *args: str) -> str:
        return command % args

    def run(self, command: str, **_: Any) -> Any:
        self.asked += 1
        raise self.ends


def ssh_said(words: str) -> RuntimeError:
    """As testinfra raises it: with all that the node has said until then."""
    return RuntimeError(SimpleNamespace(stdout="c2VjcmV0", stderr=words))


def test_one_that_ends_without_a_word_shows_nothing_of_it_either() -> None:
    host = CheckedHost(Backend(ssh_said("")), limit=5)
    with pytest.raises(NoAnswer, match=r"^compute1: no answer: the connection was closed without a word$"):
        host.run("cat /etc/nova/nova.conf")


def test_a_connection_that_breaks_shows_nothing_of_what_came() -> None:
    host = CheckedHost(Backend(ssh_said("banner\nConnection reset by peer\n")), limit=5)
    with pytest.raises(NoAnswer) as caught:
        host.run("cat /etc/nova/nova.conf")
    assert str(caught.value) == "compute1: no answer: Connection reset by peer"
    assert stderr_of(caught.value) == "banner\nConnection reset by peer\n"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(("seconds", "asked"), [(0.0, 3), (10.0, 1)])
def test_a_node_that_was_silent_is_not_asked_again(monkeypatch: pytest.MonkeyPatch, seconds: float, asked: int) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("fixtures.nodes.checked_host.time.monotonic", lambda: next(clock) * seconds)
    host = CheckedHost(backend := Backend(TimeoutError("it did not answer within 60 s")), limit=5)
    told = []
    for _ in range(3):
        with pytest.raises(NoAnswer) as caught:
            host.run("true")
        told.append(str(caught.value))
    assert backend.asked == asked
    assert all("it did not answer within 60 s" in line for line in told)


def test_why_a_node_was_silent_is_told_again_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preflight asks when the roles have been decided, and looks for the cause in all that ssh said."""
    clock = iter(range(0, 10000, 10))
    monkeypatch.setattr("fixtures.nodes.checked_host.time.monotonic", lambda: next(clock))
    host = CheckedHost(Backend(ssh_said("channel 0: open failed: Connection timed out\nclosed\n")), limit=5)
    for _ in range(2):
        with pytest.raises(NoAnswer) as caught:
            host.run("true")
    assert str(caught.value) == "compute1: no answer: it was not asked again: closed"
    assert stderr_of(caught.value).startswith("channel 0: open failed: Connection timed out\nclosed\n")


def test_a_guest_is_asked_again_however_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10000, 10))
    monkeypatch.setattr("fixtures.nodes.checked_host.time.monotonic", lambda: next(clock))
    host = CheckedHost(backend := Backend(ssh_said("Connection timed out")))
    for _ in range(2):
        with pytest.raises(NoAnswer):
            host.run("true")
    assert backend.asked == 2


def test_the_host_itself_ends_a_command(tmp_path: Any) -> None:
    host = checked(testinfra.get_host("local://"), limit=1)
    with pytest.raises(NotEnded, match=r"local: no answer: a command did not end within 1 s\. Fix: .*--timeout-scale"):
        host.run("sleep 30; touch %s", f"{tmp_path}/late")
    host.limit = LONG
    assert host.check_output("echo there") == "there"


def test_a_program_that_ends_with_the_same_code_has_answered() -> None:
    assert checked(testinfra.get_host("local://"), limit=LONG).run("exit 124").rc == 124


def test_whatever_a_library_waits_for_has_an_end() -> None:
    comes = threading.Event()
    with pytest.raises(TimeoutError, match="no answer within 0 s"):
        within(0.1, lambda: comes.wait(LONG))
    comes.set()
    assert within(LONG, lambda: 3) == 3
    with pytest.raises(ValueError, match="own"):
        within(LONG, lambda: int("own"))


def test_what_is_limited_is_one_line_for_any_shell() -> None:
    assert limited(in_sh("true"), 55) == f"nice -n 5 timeout -k 5 55 {in_sh('true')}"
    assert limited("true", None) == "true"
