"""A class whose runs are played by a fake suite."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.classroom.command import main
from selftests import ROOT
from selftests.patience import LONG, until

FAKE = Path(__file__).with_name("fake_suite.py")
SUITE = (sys.executable, str(FAKE))


def class_file(folder: Path, *clouds: str, head: str = "") -> Path:
    file = folder / "autumn.toml"
    students = "".join(f'[[students]]\nname = "S {cloud}"\nos_cloud = "{cloud}"\n' for cloud in clouds)
    file.write_text(f"{head}\n{students}")
    return file


def called(folder: Path, student: str) -> dict[str, Any]:
    return dict(json.loads((folder / "autumn" / student / "called.json").read_text()))


def test_each_runs_in_his_own_folder_and_one_that_is_down_holds_up_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = class_file(tmp_path, "down", "good", "copied", "silent", "torn", head="[class]\noptions = ['--read-only']")
    assert main([str(file), "--width=2"], SUITE) == 1
    told = [re.sub(r"in \d+ s", "in so many seconds", line[9:]) for line in capfd.readouterr().out.splitlines()]
    assert {
        "S down: could not begin: --hosts: controller: it does not answer",
        "S good: all passed in so many seconds",
        "S copied: 1 root cause in so many seconds",
        "S silent: did not come to its end in so many seconds: see its output",
        "S torn: did not come to its end in so many seconds: its verdict cannot be read",
    } == {line.partition(";")[0].partition(". Fix")[0] for line in told if line.startswith("S ") and "; " in line}
    page = (tmp_path / "autumn" / "index.html").read_text()
    assert "5 of 5 done" in page
    assert (tmp_path / "autumn" / "class.csv").exists()
    words = called(tmp_path, "s-good")["words"]
    assert f"--report-dir={tmp_path}/autumn/s-good" in words
    assert f"--history={tmp_path}/autumn/s-good/history" in words
    assert {"--os-cloud=good", "--read-only"} <= {*words}
    assert (tmp_path / "autumn" / "s-good" / "output.txt").read_text().endswith("[ 30%]\n")


def test_all_passed(tmp_path: Path) -> None:
    assert main([str(class_file(tmp_path, "good"))], SUITE) == 0


def test_a_suite_that_cannot_be_started_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(class_file(tmp_path, "good"))], ["/no/such/program"]) == 1
    assert "S good: not started: /no/such/program: No such file or directory; 1 of 1 done" in capfd.readouterr().out


def test_the_page_is_drawn_of_what_is_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = class_file(tmp_path, "good", "copied")
    assert main([str(file)], SUITE) == 1
    (tmp_path / "autumn" / "index.html").unlink()
    changed = class_file(tmp_path, "good", "copied", "two", head="[points]\npassed = 10")
    assert main([str(changed), "--draw-only"], ["/no/such/program"]) == 1
    page = (tmp_path / "autumn" / "index.html").read_text()
    assert "40 of 50" in page
    assert "not started: there are no results of it" in page


def test_elsewhere(tmp_path: Path) -> None:
    assert main([str(class_file(tmp_path, "good")), f"--folder={tmp_path}/there"], SUITE) == 0
    assert (tmp_path / "there" / "index.html").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.toml"], "No such file or directory"),
        (["autumn.toml", "--width=0"], "--width=0: not from 1 to 100. Fix: "),
        (["autumn.toml", "--folder=autumn.toml"], "no folder. Fix: "),
        (["autumn.toml", "--no-such"], "unrecognized arguments: --no-such"),
        ([], "the following arguments are required: CLASS.toml"),
    ],
)
def test_bad_input(
    tmp_path: Path, arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    class_file(tmp_path, "good")
    assert main(arguments, SUITE) == 4
    assert told in capfd.readouterr().err
    assert not (tmp_path / "autumn").exists()


def test_the_help_tells_the_defaults(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = " ".join(capfd.readouterr().out.split())
    assert told.count("default: ") >= 4


PLAY = """
import sys
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from reports.classroom import side_by_side
from reports.classroom.command import main

page, looks = Path(sys.argv[1]).with_suffix("") / "index.html", count()
# A second with each look, and an hour when one is done, and the other hangs
def monotonic():
    return next(looks) + 3600 * ((page.parent / "s-hangs" / "running").exists() and "1 of 2 done" in page.read_text())

side_by_side.time = SimpleNamespace(monotonic=monotonic)
sys.exit(main(sys.argv[1:], (sys.executable, {fake!r})))
"""


def played(file: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PLAY.format(fake=str(FAKE)), str(file), *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_all_clean_up_and_no_other_is_begun(tmp_path: Path, number: signal.Signals) -> None:
    file = class_file(tmp_path, "hangs", "good")
    with played(file, "--width=1") as process:
        until((tmp_path / "autumn" / "s-hangs" / "running").exists)
        process.send_signal(number)
        told = process.communicate(timeout=LONG)[0]
    assert process.returncode == 2
    assert (tmp_path / "autumn" / "s-hangs" / "cleaned-up").exists()
    assert not (tmp_path / "autumn" / "s-good").exists()
    assert "S hangs: did not come to its end in " in told
    assert "S good: not started: the class was ended before its turn; 2 of 2 done" in told


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = class_file(tmp_path, "hangs", "good", head="[class]\nminutes = 50")
    with played(file, "--width=2") as process:
        told = process.communicate(timeout=LONG)[0]
    assert process.returncode == 1
    assert "S hangs: did not come to its end" in told
    assert "took longer than the class's minutes, and was ended" in told
    assert (tmp_path / "autumn" / "s-hangs" / "cleaned-up").exists()
    assert "S good: all passed" in told


def test_who_is_done_is_seen_while_it_runs(tmp_path: Path) -> None:
    file = class_file(tmp_path, "good", "hangs")
    page = tmp_path / "autumn" / "index.html"
    with played(file, "--width=2") as process:
        until((tmp_path / "autumn" / "s-hangs" / "running").exists)
        until(lambda: "1 of 2 done" in page.read_text())
        shown = page.read_text()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LONG)
    assert ">all passed in" in shown
