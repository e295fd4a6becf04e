"""Which other cloud `make test` runs the suite on, and when it does without."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import cloud_of_day, machines
from selftests import ROOT
from selftests.patience import LONG

FAKE = """#!/bin/sh
case "$*" in *lab.cloud_of_day*) cd {root} && exec {python} -B "$@" ;; esac
echo "$(basename "$0") $*" >> {checkout}/calls
case "$*" in status) exit "$(cat {checkout}/status)" ;; esac
"""
DOWN = "3"
"""What status ends with where no lab is up."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile among programs that only write down that they were called."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    tools = [f".venv/bin/{name}" for name in ("python", "ruff", "mypy", "lint-imports")]
    for program in (*tools, "lab/lab", "acceptance"):
        file = tmp_path / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FAKE.format(root=ROOT, python=sys.executable, checkout=tmp_path))
        file.chmod(0o755)
    (tmp_path / ".venv/installed").touch()
    (tmp_path / "status").write_text(DOWN)
    return tmp_path


def made(checkout: Path, *given: str) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """What `make test` called of the lab, of the suite and of the drill."""
    env = {
        name: value for name, value in os.environ.items() if name not in ("DRILL", "ALSO", "ALSO_WITHIN", "MAKEFLAGS")
    }
    command = ["make", "--no-print-directory", "-C", str(checkout), "test", "BROWSER=", *given]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LONG)
    calls = (checkout / "calls").read_text().splitlines()
    return [line.strip() for line in calls if line.startswith(("lab ", "acceptance", "python -m faults"))], done


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cloud_of_day, "SEEN", tmp_path)
    return tmp_path


def test_those_that_come_round_have_been_seen_green_and_are_made_of_the_hosts_debian(seen: Path) -> None:
    for name in machines.clouds():
        (seen / f"{name}.json").touch()
    (seen / "dvr.json").unlink()
    assert set(cloud_of_day.in_turn()) == {"ovn", "ovn-distributed", "rdo", "devstack", "kolla", "kolla-tls"}


def test_all_come_round() -> None:
    names = cloud_of_day.in_turn()
    days = range(1000, 1000 + len(names))
    assert sorted(cloud_of_day.chosen(cloud_of_day.OF_DAY, day) for day in days) == names
    assert sorted(cloud_of_day.chosen(str(day), 0) for day in days) == names


@pytest.mark.parametrize("word", ["", "epoxy", "ovn"])
def test_a_name_is_itself_and_none_is_none(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cloud_of_day.main([word]) == 0
    assert capsys.readouterr().out == f"{word}\n"


def test_a_cloud_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cloud_of_day.main(["ovm"])
    assert "'ovm' is neither OF-DAY, nor a number, nor one of devstack," in capsys.readouterr().err


def test_it_is_run_after_the_drill_and_the_lab_is_down_in_the_end(checkout: Path) -> None:
    calls, done = made(checkout, "ALSO=ovn", "ALSO_WITHIN=999", "DRILL=7")
    assert done.returncode == 0, done.stderr
    drill = "python -m faults.drill --part 7"
    assert calls == ["lab status", "acceptance", drill, "lab down", "lab up ovn", "acceptance", "lab down"]
    assert re.search(r"== the other cloud, after \d+ minutes: ovn", done.stderr)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["ALSO="], ""),
        (
            ["ALSO=ovn", "ALSO_WITHIN=0"],
            r"== the other cloud, ovn, is left out: \d+ minutes have passed, and it begins",
        ),
    ],
)
def test_without_it_the_rest_is_as_it_was(checkout: Path, given: list[str], told: str) -> None:
    calls, done = made(checkout, *given, "DRILL=")
    assert done.returncode == 0, done.stderr
    assert calls == ["lab status", "acceptance", "lab down"]
    assert re.search(told, done.stderr)
    assert bool(told) == ("the other cloud" in done.stderr)


def test_a_lab_that_was_up_stays_what_it_is(checkout: Path) -> None:
    (checkout / "status").write_text("0")
    calls, done = made(checkout, "ALSO=ovn", "DRILL=")
    assert calls == ["lab status", "acceptance"]
    assert "== the other cloud, ovn, is left out: the lab was up" in done.stdout


def test_a_cloud_that_there_is_not_is_told_before_the_lab_is_asked_for(checkout: Path) -> None:
    calls, done = made(checkout, "ALSO=ovm")
    assert (calls, done.returncode) == ([], 2)
