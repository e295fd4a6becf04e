import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.cloud.run import run_process
from fixtures.cloud.run.run_process import AT_MOST, UNKNOWN, Life, own_life, told_in, why_alive

NOW = datetime.now(UTC)
ELSEWHERE = replace(own_life(), host="ci-7", boot="another", pid="1", ticks="1")


def test_a_description_tells_it_all() -> None:
    life = own_life()  # that of the next moment may have the next minute
    assert told_in(str(life)) == life


@pytest.mark.parametrize("description", ["", "Acceptance run", f"{own_life()}; edited"])
def test_another_description_tells_nothing(description: str) -> None:
    assert told_in(description) is None


def test_a_process_of_this_machine_is_seen() -> None:
    assert "runs it" in why_alive(own_life(), "", NOW)


@pytest.mark.parametrize(
    "ended",
    [
        replace(own_life(), ticks="1"),  # its PID has been given to another process
        replace(own_life(), pid="4194305"),  # more than the kernel gives
    ],
)
def test_a_process_that_ended_here_is_dead_at_once(ended: Life) -> None:
    assert why_alive(ended, NOW.isoformat(), NOW) == ""


@pytest.mark.parametrize(
    "unseen", [ELSEWHERE, replace(own_life(), namespace="1"), replace(own_life(), boot=UNKNOWN, ticks="1")]
)
def test_a_process_that_cannot_be_seen_lives_until_it_surely_ended(unseen: Life) -> None:
    assert "it may run" in why_alive(unseen, "", NOW)
    assert why_alive(unseen, "", NOW + AT_MOST + timedelta(hours=1)) == ""


@pytest.mark.parametrize("refusal", [None, PermissionError], ids=["root's eyes", "another user's"])
def test_a_process_that_proc_hides_lives_until_it_surely_ended(
    monkeypatch: pytest.MonkeyPatch, refusal: type[OSError] | None
) -> None:
    def kill(*_: int) -> None:
        if refusal:
            raise refusal

    hidden = replace(own_life(), ticks="1")
    monkeypatch.setattr(run_process, "_ticks", lambda _: "")  # as with hidepid=2, or ProtectProc=invisible
    monkeypatch.setattr(os, "kill", kill)
    now = datetime.now(UTC)
    assert "it may run" in why_alive(hidden, "", now)
    assert why_alive(hidden, "", now + AT_MOST + timedelta(hours=1)) == ""


def test_where_proc_hides_all_a_process_that_ended_is_dead_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_process, "_ticks", lambda _: "")
    assert why_alive(replace(own_life(), pid="4194305"), NOW.isoformat(), NOW) == ""


@pytest.mark.parametrize("told", ["{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%dT%H:%M:%S.000000}", "{:%Y-%m-%dT%H:%M:%S}+00:00"])
def test_without_a_project_the_newest_thing_tells(told: str) -> None:
    newest = told.format(NOW)
    assert "may still run" in why_alive(None, newest, NOW + timedelta(hours=3))
    assert why_alive(None, newest, NOW + timedelta(hours=5)) == ""
