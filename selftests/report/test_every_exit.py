"""However a run ends, verdict.json and JUnit's file tell of this run and its exit code."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from fixtures.report import refused_command_line
from selftests import ROOT
from selftests.patience import LONG, until
from selftests.report.verdict_schema import VERDICT

PLUGINS = [
    "report.refused_command_line",
    "core.options",
    "core.settings",
    "core.empty_options",
    "core.which_tests",
    "report.report_folder",
    "verdict.requirements",
    "verdict.order",
    "core.workers",
    "session.termination",
    "verdict.dependencies",
    "report.outcomes",
    "report.terminal",
    "report.categories",
    "report.run_problems",
    "report.verdict_file",
]
TESTS = """
import pathlib
import time

import pytest

def test_good():
    pass

@pytest.mark.req("NOVA-3")
def test_bad():
    assert 0, "my_ip is another node's. Fix: correct it"

def test_slow():
    pathlib.Path("running").touch()
    time.sleep(3600)

"""
WRITE_ID = """
import pathlib

def test_it(settings):
    pathlib.Path("id").write_text(settings.run_id)
"""
ANSWER = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main():
    return 0
"""
CONFTEST = f"pytest_plugins = {[f'fixtures.{name}' for name in PLUGINS]}"
TELL_NOTED = """
from fixtures.core.usage_errors import noted

def pytest_collection_finish(session):
    print(*noted(session.config))
"""


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a few tests, and what a run of it left: the same for each test here."""
    made = tmp_path_factory.mktemp("checkout")
    for folder in ("tests", "docs", "selftests"):
        (made / folder).mkdir()
    (made / "tests" / "test_it_nodes.py").write_text(TESTS)
    (made / "selftests" / "test_own.py").write_text("def test_own(): pass")
    (made / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nmarkers = req(row): the row")
    (made / "conftest.py").write_text(CONFTEST)
    assert run(made, "-k", "good").returncode == 0
    return made


@pytest.fixture
def checkout(after_a_run: Path, tmp_path: Path) -> Path:
    """One of the test's own."""
    return shutil.copytree(after_a_run, tmp_path / "checkout", symlinks=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-pno:cacheprovider", "--junitxml=junit.xml", *arguments]


def environment(**others: str) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "PYTEST_"))}
    return {**usual, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **others}


def run(checkout: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=cwd or checkout, env=environment(), capture_output=True, text=True, timeout=LONG
    )


def verdict(checkout: Path) -> dict[str, Any]:
    """The latest run's; each that is read here is also compared with its schema."""
    told = json.loads((checkout / "reports" / "latest" / "verdict.json").read_text())
    VERDICT.validate(told)
    return dict(told)


def junit_errors(checkout: Path) -> list[str]:
    errors = ElementTree.parse(checkout / "junit.xml").iter("error")
    return [str(error.text or error.get("message")).strip() for error in errors]


def runs(checkout: Path) -> list[str]:
    return sorted(path.name for path in (checkout / "reports" / "runs").iterdir())


def test_0_all_passed(checkout: Path) -> None:
    assert (verdict(checkout)["exit_code"], verdict(checkout)["problems"]) == (0, [])
    assert verdict(checkout)["passed"] == 1
    assert list((checkout / "reports" / "latest" / "results").glob("*-result.json"))


def test_1_something_failed(checkout: Path) -> None:
    assert run(checkout, "-k", "good or bad").returncode == 1
    told = verdict(checkout)
    assert (told["exit_code"], told["problems"]) == (1, [])
    assert [cause["row"] for cause in told["root_causes"]] == ["NOVA-3"]
    assert len(runs(checkout)) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_2_interrupted(checkout: Path, number: signal.Signals, workers: list[str]) -> None:
    with started(checkout, *workers) as process:
        process.send_signal(number)
        assert process.wait(LONG) == 2
    assert (verdict(checkout)["exit_code"], verdict(checkout)["problems"]) == (2, [f"interrupted: {number.name}"])
    assert ElementTree.parse(checkout / "junit.xml")


def test_killed_it_has_no_exit_code_and_not_an_earlier_one(checkout: Path) -> None:
    with started(checkout) as process:
        process.kill()
    assert verdict(checkout)["exit_code"] is None
    assert not (checkout / "junit.xml").exists()
    assert run(checkout, "-k", "good").returncode == 0
    assert verdict(checkout)["exit_code"] == 0


def started(checkout: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (checkout / "output").open("wb") as output:
        process = subprocess.Popen(
            command("-k", "slow", *arguments), cwd=checkout, env=environment(), stdout=output, start_new_session=True
        )
    until((checkout / "running").exists)
    return process


def test_2_a_file_that_cannot_be_collected(checkout: Path) -> None:
    (checkout / "tests" / "test_broken_nodes.py").write_text("import nothing_of_that_name")
    assert run(checkout).returncode == 2
    [problem] = verdict(checkout)["problems"]
    assert verdict(checkout)["exit_code"] == 2
    assert problem.startswith("tests/test_broken_nodes.py: cannot be collected: ")
    assert "nothing_of_that_name" in problem


def test_3_a_plugin_crashed(checkout: Path) -> None:
    (checkout / "conftest.py").write_text(f"{CONFTEST}\ndef pytest_runtest_logstart(): 1/0\n")
    assert run(checkout, "-k", "good").returncode == 3
    assert verdict(checkout)["exit_code"] == 3
    assert verdict(checkout)["problems"] == ["internal error: ZeroDivisionError: division by zero"]
    assert junit_errors(checkout)


@pytest.mark.parametrize(
    "hook",
    [
        "configure",
        "sessionstart",
        "collection_modifyitems",
        "runtestloop",
        "sessionfinish",
        "terminal_summary",
        "unconfigure",
    ],
)
def test_3_a_plugin_crashed_anywhere(checkout: Path, hook: str) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(f"\ndef pytest_{hook}(): raise RuntimeError('token=s3cret')\n")
    done = run(checkout, "-k", "good")
    assert done.returncode == 3
    assert verdict(checkout)["exit_code"] == 3
    assert verdict(checkout)["problems"] == ["internal error: RuntimeError: token=***"]


@pytest.mark.parametrize(("how", "code"), [("os.kill(os.getpid(), 15)", 2), ("pytest.exit('bye', returncode=7)", 7)])
def test_it_is_ended_before_it_began(checkout: Path, how: str, code: int) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(f"\nimport os, pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_configure(): {how}\n")
    assert run(checkout, "-k", "good").returncode == code
    assert verdict(checkout)["exit_code"] == code
    assert verdict(checkout)["problems"][0].startswith("interrupted: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_2_interrupted_while_the_suite_is_loaded(checkout: Path, number: signal.Signals) -> None:
    (checkout / "ended.py").write_text(f"import os; os.kill(os.getpid(), {int(number)})")
    (checkout / "conftest.py").write_text(f"{CONFTEST} + ['ended']")
    assert run(checkout, "--report-dir=mine", "-opythonpath=.", "-k", "good").returncode == 2
    told = json.loads((checkout / "mine" / "verdict.json").read_text())
    assert (told["exit_code"], told["problems"]) == (2, [f"interrupted: {number.name}"])
    assert junit_errors(checkout) == told["problems"]


def test_4_a_file_of_junit_that_cannot_be_written(checkout: Path) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(TELL_NOTED)
    done = run(checkout, "--junitxml=pytest.ini/x.xml", "-s", "-k", "good")
    assert f"--junitxml=pytest.ini/x.xml: {checkout}/pytest.ini is no folder" in done.stdout
    assert done.returncode == 0, "without preflight nobody tells what was noted"


def test_what_runs_instead_of_tests_leaves_the_last_results_alone(checkout: Path) -> None:
    """As --sweep does."""
    with (checkout / "conftest.py").open("a") as file:
        file.write("\nimport pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_cmdline_main(): return 1\n")
    before = runs(checkout)
    assert run(checkout).returncode == 1
    assert (runs(checkout), verdict(checkout)["exit_code"]) == (before, 0)


def test_4_each_problem_is_an_error_of_junits_file(checkout: Path) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(
            "\nimport pytest\ndef pytest_collection_finish(): raise pytest.UsageError('a: b. Fix: c', 'token=s3cret')"
        )
    done = run(checkout)
    assert done.returncode == 4
    assert verdict(checkout)["problems"] == ["a: b. Fix: c", "token=***"]
    assert verdict(checkout)["exit_code"] == 4
    assert junit_errors(checkout) == ["a: b. Fix: c", "token=***"]
    assert done.stderr.count("Fix: c") == 1
    assert "Fix" not in done.stdout
    assert not list((checkout / "reports" / "latest" / "results").glob("*-result.json"))


def test_4_an_option_that_there_is_not(checkout: Path) -> None:
    assert run(checkout, "--report-dir=mine", "-k", "good").returncode == 0
    assert run(checkout, "--report-dir=mine", "--hots=controller").returncode == 4
    told = json.loads((checkout / "mine" / "verdict.json").read_text())
    assert (told["exit_code"], told["passed"]) == (4, 0)
    assert told["problems"] == ["command line: unrecognized arguments: --hots=controller"]
    assert junit_errors(checkout) == told["problems"]
    assert not (checkout / "mine" / "results").exists()


def test_what_another_plugin_answers_is_not_refused(checkout: Path) -> None:
    (checkout / "conftest.py").write_text(CONFTEST + ANSWER)
    before = runs(checkout)
    assert run(checkout).returncode == 0
    assert runs(checkout) == before


def test_the_workers_of_pytest_xdist_have_the_runs_own_id(checkout: Path) -> None:
    (checkout / "tests" / "test_it_nodes.py").write_text(WRITE_ID)
    assert run(checkout, "-n1").returncode == 0
    assert (checkout / "id").read_text() == verdict(checkout)["run"]


def test_5_nothing_was_selected(checkout: Path) -> None:
    done = run(checkout, "-k", "no_such_test")
    assert done.returncode == 5
    [line] = [line for line in done.stdout.splitlines() if "no check fits" in line]
    assert line == "tests -k no_such_test: no check fits. Fix: choose from those that pytest --collect-only -q lists"
    assert (verdict(checkout)["exit_code"], verdict(checkout)["problems"]) == (5, [line])
    assert junit_errors(checkout) == [line]


@pytest.mark.parametrize(
    "listing", [["--help"], ["--markers"], ["--fixtures"], ["--fixtures-per-test"], ["--co"], ["--setup-plan"]]
)
def test_a_listing_leaves_the_last_results_alone(checkout: Path, listing: list[str]) -> None:
    before = written(checkout)
    assert run(checkout, *listing, "-k", "good").returncode == 0
    assert before == written(checkout)


def written(checkout: Path) -> dict[Path, int]:
    files = [checkout / "junit.xml", *(checkout / "reports").rglob("*")]
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize("option", ["--hosts", "--row", "--role", "--os-cloud", "--image", "--report-dir"])
def test_an_empty_variable_is_told(checkout: Path, option: str) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write(TELL_NOTED)
    assert (
        f"{option}=: empty. Fix: leave {option} out, or give it a value"
        in run(checkout, option, "", "-s", "-k", "good").stdout
    )


def test_the_suites_own_tests_are_no_run(checkout: Path) -> None:
    before = runs(checkout)
    assert run(checkout, "selftests").returncode == 0
    assert runs(checkout) == before


@pytest.mark.parametrize("folder", ["docs", "/"])
def test_from_another_directory_it_runs_the_same_and_writes_to_the_same_place(checkout: Path, folder: str) -> None:
    named = [str(checkout)] if folder == "/" else []
    done = run(checkout, *named, f"--junitxml={checkout}/junit.xml", "-k", "good or own", cwd=checkout / folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert len(runs(checkout)) == 2
    assert [path.name for path in (checkout / "docs").iterdir()] == []


def test_a_folder_that_is_given_holds_the_newest_run_alone(checkout: Path) -> None:
    for _ in range(2):
        assert run(checkout, "--report-dir=mine", "-k", "good").returncode == 0
    assert len(list((checkout / "mine" / "results").glob("*-result.json"))) == 1
    assert json.loads((checkout / "mine" / "verdict.json").read_text())["exit_code"] == 0
    assert len(runs(checkout)) == 1


@pytest.mark.parametrize("content", ["3", '{"schema": "of something else"}', "no JSON"])
def test_what_is_not_a_runs_is_not_removed(checkout: Path, content: str) -> None:
    (checkout / "mine" / "html").mkdir(parents=True)
    (checkout / "mine" / "html" / "index.html").touch()
    (checkout / "mine" / "verdict.json").write_text(content)
    with (checkout / "conftest.py").open("a") as file:
        file.write(TELL_NOTED)
    done = run(checkout, "--report-dir=mine", "-s", "-k", "good")
    assert "--report-dir=mine: its html and verdict.json were written by something else" in done.stdout
    assert (checkout / "mine" / "html" / "index.html").exists()
    assert (checkout / "mine" / "verdict.json").read_text() == content


def test_a_link_in_the_place_of_results_is_removed_and_not_what_it_leads_to(checkout: Path) -> None:
    assert run(checkout, "--report-dir=mine", "-k", "good").returncode == 0
    (checkout / "elsewhere").mkdir()
    (checkout / "elsewhere" / "kept").touch()
    (checkout / "mine" / "html").symlink_to(checkout / "elsewhere")
    assert run(checkout, "--report-dir=mine", "-k", "good").returncode == 0
    assert (checkout / "elsewhere" / "kept").exists()
    assert not (checkout / "mine" / "html").exists()


def test_of_the_runs_the_newest_stay_and_what_is_no_run_does_too(checkout: Path) -> None:
    folder = checkout / "reports" / "runs"
    for name in [
        *(f"20250101T0000{second:02}Z-{'refused' if second % 2 else 'abc123'}" for second in range(30)),
        "mine",
    ]:
        (folder / name).mkdir()
        os.utime(folder / name, (0, 0))
    assert run(checkout, "-k", "good").returncode == 0
    left = runs(checkout)
    assert "mine" in left
    assert (len(left), len([name for name in left if name.endswith("refused")])) == (21, 3)


def test_those_that_could_not_begin_go_first_however_young(checkout: Path) -> None:
    folder = checkout / "reports" / "runs"
    young_runs(folder)
    (folder / "20240101T000000Z-abc").mkdir()  # just made, whatever it is called: it may not be held yet
    assert run(checkout, "-k", "good").returncode == 0
    assert "20240101T000000Z-abc" in runs(checkout)
    assert (len(runs(checkout)), codes(folder).count(4), codes(folder).count(0)) == (21, 0, 20)


def young_runs(folder: Path) -> None:
    """10 with which no run could begin, and 20 others."""
    for second in range(30):
        name = f"20250101T0000{second:02}Z-{'refused' if second < 5 else f'abc{second:03}'}"
        (folder / name).mkdir(parents=True)
        (folder / name / "verdict.json").write_text(json.dumps({"exit_code": 4 if second < 10 else 0}))


def codes(folder: Path) -> list[int]:
    return [json.loads(file.read_text())["exit_code"] for file in folder.glob("*/verdict.json")]


def test_a_loop_of_refused_command_lines_does_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_command_line, "CHECKOUT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["pytest", "--hots=controller"])
    young_runs(tmp_path / "reports" / "runs")
    parser: Any = SimpleNamespace(parse_known_and_unknown_args=lambda _: (None, ["--hots=controller"]))
    refused_command_line._note_refusal(parser)
    assert len(codes(tmp_path / "reports" / "runs")) == 20
    assert verdict(tmp_path)["problems"] == ["command line: unrecognized arguments: --hots=controller"]


def test_two_runs_at_once_do_not_share_a_folder(checkout: Path) -> None:
    with started(checkout, "--report-dir=mine") as process:
        done = run(checkout, "--report-dir=mine", "-k", "good")
        process.terminate()
    assert json.loads((checkout / "mine" / "verdict.json").read_text())["exit_code"] == 2
    assert done.returncode == 0, "without preflight nobody tells what was noted"


def test_two_runs_at_once_have_a_folder_each(checkout: Path) -> None:
    with started(checkout) as process:
        assert run(checkout, "-k", "good").returncode == 0
        process.terminate()
    codes = [
        json.loads(file.read_text())["exit_code"] for file in (checkout / "reports" / "runs").glob("*/verdict.json")
    ]
    assert sorted(codes) == [0, 0, 2]
