import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests_mock import Mocker

from fixtures.cloud.run.ledger import Ledger, folder, make_folder
from fixtures.cloud.run.run_ledgers import Past, past_runs
from selftests.nobody import told_to_nobody

TAG = "acc-1a2b3c4d5e6f"
CLOUD, CALLER = "http://controller:5000", "alice in demo"
SERVERS = "http://controller:8774/v2.1/servers"
HOLD = f"""
import sys
from fixtures.cloud.run.ledger import Ledger
ledger = Ledger()
ledger.begin({TAG!r}, {CLOUD!r}, {CALLER!r})
ledger._write({{"made": "server", "id": "s1"}})
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    begun = Ledger()
    begun.begin(TAG, CLOUD, CALLER)
    yield begun
    begun.end()


@pytest.fixture
def other_process() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def asked(method: str, url: str, **body: Any) -> requests.PreparedRequest:
    return requests.Request(method, url, json=body or None).prepare()


def past() -> Past:
    [only] = past_runs()
    return only


def make(ledger: Ledger, requests_mock: Mocker, identity: str) -> None:
    requests_mock.post(SERVERS, json={"server": {"id": identity}})
    kind = ledger.before(asked("POST", SERVERS, server={"name": f"{TAG}-server"}))
    ledger.after(kind, requests.post(SERVERS, timeout=1))


def test_a_name_is_on_disk_before_the_request_and_the_id_after(ledger: Ledger, requests_mock: Mocker) -> None:
    ledger.before(asked("POST", SERVERS, server={"name": "acc-1"}))
    assert json.loads(past().file.read_text().splitlines()[-1]) == {"making": "server", "name": "acc-1"}
    assert past().unanswered == 1
    ledger.end()
    ledger.begin(TAG, CLOUD, CALLER)
    make(ledger, requests_mock, "s1")
    assert past() == Past(
        folder() / f"{TAG}.jsonl", CLOUD, CALLER, {"s1": "server"}, frozenset({("server", f"{TAG}-server")})
    )


def test_who_makes_nothing_leaves_no_file(ledger: Ledger) -> None:
    ledger.before(asked("GET", SERVERS))
    assert not list(past_runs())


def test_without_a_run_nothing_is_written() -> None:
    Ledger().before(asked("POST", SERVERS, server={"name": "critical-path"}))
    assert not folder().exists()


def test_a_refused_request_has_no_id(ledger: Ledger, requests_mock: Mocker) -> None:
    requests_mock.post(SERVERS, status_code=403, json={"forbidden": {"id": "s1"}})
    ledger.after(ledger.before(asked("POST", SERVERS)), requests.post(SERVERS, timeout=1))
    assert not past().made
    assert not past().unanswered


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_line_that_was_cut_off_takes_no_other_with_it(ledger: Ledger, requests_mock: Mocker, cut: int) -> None:
    make(ledger, requests_mock, "s1")
    make(ledger, requests_mock, "s2")
    file = past().file
    file.write_bytes(file.read_bytes()[:-cut])
    make(ledger, requests_mock, "s3")
    assert {"s1", "s3"} <= past().made.keys()


def test_what_is_no_ledger_is_not_believed() -> None:
    folder().mkdir(parents=True)
    (folder() / f"{TAG}.jsonl").write_bytes(b'\x00\xff\n[1]\n"id"\n{"id": null}\n')
    assert past().cloud == ""
    assert not past().made


def test_a_run_is_alive_as_long_as_its_process(other_process: subprocess.Popen[str]) -> None:
    assert past().is_alive
    other_process.send_signal(signal.SIGKILL)
    other_process.wait()
    assert not past().is_alive
    assert past().ids("server") == ["s1"]


def test_an_ended_run_leaves_no_ledger(ledger: Ledger, requests_mock: Mocker) -> None:
    make(ledger, requests_mock, "s1")
    known = past()
    ledger.end()
    assert not list(past_runs())
    assert not known.is_alive


def test_what_another_worker_still_writes_is_kept(
    ledger: Ledger, requests_mock: Mocker, other_process: subprocess.Popen[str]
) -> None:
    make(ledger, requests_mock, "s2")
    ledger.end()
    assert past().made.keys() == {"s1", "s2"}


def test_what_a_service_has_made_beside_answers_no_request(ledger: Ledger) -> None:
    ledger.before(requests.Request("POST", SERVERS, json={"server": {"name": "acc-1"}}).prepare())
    ledger.note("security group", "g1")
    [past] = past_runs()
    assert past.made == {"g1": "security group"}
    assert past.unanswered == 1
    assert ledger.kinds == {"server", "security group"}


def test_where_the_folder_may_not_be_entered_there_are_no_ledgers_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "closed"))
    assert told_to_nobody(_tags) == []
    assert told_to_nobody(_why_none).startswith("PermissionError: ")


@pytest.mark.parametrize("lacking", [os.R_OK, os.W_OK, os.X_OK])
def test_a_folder_that_does_not_give_all_rights_is_told(lacking: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda _, wanted: not wanted & lacking)  # root may do anything
    assert _why_none().startswith("PermissionError: ")


def _tags() -> list[str]:
    return [each.tag for each in past_runs()]


def _why_none() -> str:
    try:
        make_folder()
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def test_without_a_home_there_are_no_ledgers(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", none)
    assert _tags() == []
