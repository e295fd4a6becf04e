import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.compute.user_data import LOCK_PASSWORDS
from fixtures.core.deadlines import Deadlines
from fixtures.core.run_warnings import RunWarnings
from fixtures.guest import open_passwords
from fixtures.guest.open_passwords import tell_open_passwords

SHADOW = "root:!$1$a$b:1:0:99999:7:::\nftp:*:1:0:99999:7:::\ncirros:$1$c$d:1:0:99999:7:::\n"
DEADLINES = Deadlines(metadata=3)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(open_passwords, "WARNINGS", warnings)
    return warnings


@pytest.fixture
def shadow(tmp_path: Path) -> Path:
    (tmp_path / "shadow").write_text(SHADOW)
    return tmp_path / "shadow"


def guest_with(shadow: Path) -> Any:
    """In its shell everyone is root."""

    def run(line: str) -> Any:
        here = line.replace("sudo -n ", "").replace("/etc/shadow", str(shadow))
        return subprocess.run(["sh", "-c", here], capture_output=True, text=True)

    return SimpleNamespace(run=run)


def test_a_password_that_opens_is_told(told: RunWarnings, shadow: Path) -> None:
    tell_open_passwords(guest_with(shadow), DEADLINES)
    [line] = told.lines
    assert line.startswith("the guest lets cirros in by a password: ")
    assert ". Fix: give an image" in line


def test_after_the_user_data_none_does(told: RunWarnings, shadow: Path) -> None:
    subprocess.run(["sh", "-c", LOCK_PASSWORDS.replace("/etc/shadow", str(shadow))], check=True)
    tell_open_passwords(guest_with(shadow), DEADLINES)
    assert told.lines == []


def test_a_guest_that_breaks_off_is_not_judged(told: RunWarnings) -> None:
    def run(_: str) -> Any:
        raise RuntimeError("ssh")

    tell_open_passwords(cast(Any, SimpleNamespace(run=run)), DEADLINES)
    assert told.lines == []
