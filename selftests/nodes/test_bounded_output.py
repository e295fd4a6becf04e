import sys

import pytest
import testinfra

from fixtures.nodes import bounded_output, ssh
from fixtures.nodes.bounded_output import MIB, TooMuch, outcome_of
from fixtures.nodes.checked_host import checked
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.ssh import Connections
from selftests.patience import LONG


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import os, sys, time; {code}"]


def test_what_a_program_says_is_kept() -> None:
    done = outcome_of(python("sys.stdout.write('out'); sys.stderr.write('err' * 10**6); sys.exit(3)"), LONG)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"out", b"err" * 10**6)


@pytest.mark.parametrize("pipe", [1, 2])
def test_one_that_goes_on_and_on_is_ended(pipe: int) -> None:
    with pytest.raises(TooMuch, match=r"^more than 2 MiB came$"):
        outcome_of(python(f"[os.write({pipe}, b'x' * 65536) for _ in iter(int, 1)]"), LONG, 2 * MIB)


@pytest.mark.parametrize("code", [f"time.sleep({LONG})", f"os.close(1); os.close(2); time.sleep({LONG})"])
def test_so_is_one_that_says_nothing(code: str) -> None:
    with pytest.raises(TimeoutError, match="it did not answer within 1 s"):
        outcome_of(python(code), 1)


def test_a_node_that_prints_without_an_end_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def little(words: list[str], seconds: float) -> object:
        return outcome_of(["yes"], seconds, MIB)

    monkeypatch.setattr(bounded_output, "outcome_of", little)
    monkeypatch.setattr(ssh, "outcome_of", little)
    connections = Connections()
    try:
        for host in (connections.open("compute1"), checked(testinfra.get_host("local://"))):
            with pytest.raises(NoAnswer, match=r"^(compute1|local): no answer: more than 1 MiB came$"):
                host.run("cat /var/log/nova/nova-compute.log")
    finally:
        connections.close()


def test_an_answer_that_is_not_utf_8_is_still_text() -> None:
    answer = checked(testinfra.get_host("local://")).run("printf 'caf\\351'; printf '\\377' >&2")
    assert (answer.stdout, answer.stderr) == ("caf\N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}")
