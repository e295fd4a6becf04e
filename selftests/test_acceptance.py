"""./acceptance, with a pytest and a lab that only say what they were asked for."""

import json
import os
import runpy
import shutil
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fixtures.core import listings
from fixtures.report import refused_command_line, report_folder
from selftests import ROOT
from selftests.patience import LONG, until
from selftests.report.verdict_schema import VERDICT

FAKE = """#!/bin/sh
cd {checkout}
echo "$(basename "$0") $*" >> calls
case "$*" in *reports.render*) exit "$(cat code-report)" ;; esac
case "$*" in
    *--collect-only*) ;;
    *pytest*)
        mkdir -p reports/run/results
        touch reports/run/results/1-result.json
        ln -sfn run reports/latest
        [ -e slow ] || exit "$(cat code)"
        trap 'echo cleaned up >> calls; exit 2' INT TERM
        touch running
        while :; do sleep 0.1; done ;;
esac
exit "$(cat "code-${{2:-$1}}" 2> /dev/null || cat code)"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "acceptance", tmp_path)
    (tmp_path / "Makefile").write_text(".venv/installed:\n\t@echo make >> calls\n.PHONY: .venv/installed\n")
    for program in (".venv/bin/python", "lab/lab"):
        file = tmp_path / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FAKE.format(checkout=tmp_path))
        file.chmod(0o755)
    (tmp_path / "lab" / "machines.py").write_text('def machines():\n    return {"controller": 1, "compute1": 2}\n')
    for name in ("code", "code-report"):
        (tmp_path / name).write_text("0")
    (tmp_path / "reports").mkdir()
    return tmp_path


def environment(**variables: str) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if not name.startswith("OS_") and name != "HOSTS"}
    return {**usual, **variables}


def run(checkout: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "acceptance"), *options]
    return subprocess.run(command, env=environment(**variables), capture_output=True, text=True, cwd="/", timeout=LONG)


def calls(checkout: Path) -> list[str]:
    return (checkout / "calls").read_text().splitlines()


def test_with_a_cloud_it_is_the_suites_cloud(checkout: Path) -> None:
    assert run(checkout, "--row=NOVA-3", OS_CLOUD="mine", HOSTS="node1").returncode == 0
    assert calls(checkout)[:2] == ["make", "python -m pytest --hosts=node1 --row=NOVA-3"]
    assert calls(checkout)[2].startswith("python -m reports.render ")


@pytest.mark.parametrize("option", [["--os-cloud=mine"], ["--os-cloud", "mine"], ["--cloud-file=mine.toml"]])
def test_a_cloud_that_an_option_names_starts_no_lab(checkout: Path, option: list[str]) -> None:
    assert run(checkout, *option, HOSTS="node1").returncode == 0
    assert calls(checkout)[:2] == ["make", f"python -m pytest --hosts=node1 {' '.join(option)}"]


def test_without_one_the_lab_is_asked_for_before_anything_is_installed(checkout: Path) -> None:
    assert run(checkout).returncode == 0
    pytest = f"-- {checkout}/.venv/bin/python -m pytest --hosts=controller,compute1"
    assert calls(checkout)[:4] == ["lab check", "make", "lab up", f"lab exec {pytest}"]


@pytest.mark.parametrize("code", range(6))
def test_pytests_exit_code_is_its_own(checkout: Path, code: int) -> None:
    (checkout / "code").write_text(str(code))
    done = run(checkout, OS_CLOUD="mine")
    assert done.returncode == code
    assert f"exit code {code}" in done.stdout


def test_a_report_that_cannot_be_drawn_changes_nothing(checkout: Path) -> None:
    (checkout / "code-report").write_text("2")
    done = run(checkout, OS_CLOUD="mine")
    assert done.returncode == 0
    assert "the report could not be drawn" in done.stderr


def test_a_lab_that_does_not_come_up_is_a_run_that_could_not_begin(checkout: Path) -> None:
    (checkout / "reports" / "latest").symlink_to("yesterday")
    (checkout / "code-up").write_text("2")
    (checkout / "lab" / "lab").write_text((checkout / "lab" / "lab").read_text().replace("code-${2:-$1}", "code-$1"))
    for options, folder in (([], "reports/latest"), (["--report-dir=mine"], "mine")):
        assert run(checkout, *options).returncode == 4
        told = json.loads((checkout / folder / "verdict.json").read_text())
        VERDICT.validate(told)
        assert told["exit_code"] == 4
        assert told["problems"] == [f"lab: '{checkout}/lab/lab up' failed: see its output"]


@pytest.mark.parametrize("broken", ["install", "lab"])
def test_what_could_not_begin_leaves_nothing_of_an_earlier_run(checkout: Path, broken: str) -> None:
    yesterdays_run(checkout / "mine")
    (checkout / "junit.xml").write_text("<testsuites/>")
    if broken == "install":
        (checkout / "Makefile").write_text("")
    (checkout / "code-up").write_text("2")
    (checkout / "lab" / "lab").write_text((checkout / "lab" / "lab").read_text().replace("code-${2:-$1}", "code-$1"))
    assert run(checkout, "--report-dir=mine", PYTEST_ADDOPTS="--junitxml junit.xml").returncode == 4
    assert [path.name for path in (checkout / "mine").iterdir()] == ["verdict.json"]
    told = json.loads((checkout / "mine" / "verdict.json").read_text())
    errors = [error.text for error in ElementTree.parse(checkout / "junit.xml").iter("error")]
    assert errors == told["problems"]
    assert errors[0] is not None
    assert errors[0].startswith(f"{broken}: ")


def yesterdays_run(folder: Path) -> None:
    (folder / "results").mkdir(parents=True)
    (folder / "report.html").touch()
    (folder / "verdict.json").write_text('{"schema": 1, "run": "", "root_causes": [], "exit_code": 0}')


def test_what_something_else_wrote_stays(checkout: Path) -> None:
    (checkout / "Makefile").write_text("")
    (checkout / "mine").mkdir()
    (checkout / "mine" / "report.html").touch()
    assert run(checkout, "--report-dir=mine", OS_CLOUD="mine").returncode == 4
    assert [path.name for path in (checkout / "mine").iterdir()] == ["report.html"]


def test_a_folder_that_is_given_leaves_the_latest_run_alone(checkout: Path) -> None:
    (checkout / "reports" / "latest").symlink_to("yesterday")
    (checkout / "Makefile").write_text("")
    assert run(checkout, "--report-dir=mine", OS_CLOUD="mine").returncode == 4
    assert (checkout / "reports" / "latest").readlink() == Path("yesterday")


@pytest.mark.parametrize(
    ("options", "variable"),
    [(["--co"], ""), (["-v", "--help"], ""), (["--show-nodes"], ""), (["--write-cloud-file=x"], ""), ([], "--doctor")],
)
def test_a_listing_leaves_the_last_results_alone(checkout: Path, options: list[str], variable: str) -> None:
    (checkout / "reports" / "latest").symlink_to("yesterday")
    (checkout / "Makefile").write_text("")
    assert run(checkout, *options, OS_CLOUD="mine", PYTEST_ADDOPTS=variable).returncode == 4
    assert (checkout / "reports" / "latest").readlink() == Path("yesterday")


def test_it_knows_what_the_suite_knows() -> None:
    """It must say it without the suite, whose libraries may not be installed yet."""
    known = runpy.run_path(str(ROOT / "acceptance"))
    assert known["LISTINGS"] == refused_command_line.LISTINGS
    assert (known["WRITTEN"], known["OURS"]) == (report_folder.WRITTEN, report_folder.OURS)


def test_a_listing_is_one_by_its_flag_and_by_pytests_name_of_it(pytestconfig: pytest.Config) -> None:
    names = pytestconfig._parser._opt2dest
    assert {flag for flag, name in names.items() if name in listings.LISTINGS} == refused_command_line.LISTINGS


def test_one_that_was_killed_says_by_which_signal(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").write_text("#!/bin/sh\nkill -9 $$\n")
    assert run(checkout, OS_CLOUD="mine").returncode == 128 + 9


def test_what_cannot_be_written_is_one_line(checkout: Path) -> None:
    (checkout / "reports" / "latest").mkdir()
    done = run(checkout, OS_CLOUD="mine")
    assert done.returncode == 4
    assert done.stderr.splitlines() == [f"{checkout}/reports/latest: Is a directory"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_lets_the_suite_clean_up(checkout: Path, number: signal.Signals) -> None:
    (checkout / "slow").touch()
    process = subprocess.Popen(
        [checkout / "acceptance"], env=environment(OS_CLOUD="mine"), start_new_session=True, stdout=subprocess.DEVNULL
    )
    until((checkout / "running").exists)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    assert process.wait(LONG) == 2
    assert "cleaned up" in calls(checkout)
