"""A failure that is waived is told, and does not count; a waiver that is over, or of no use, is told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from selftests import ROOT
from selftests.patience import LONG

PLUGINS = [
    "report.refused_command_line",
    "core.options",
    "core.cloud_file_option",
    "core.settings",
    "core.workers",
    "core.run_warnings",
    "report.report_folder",
    "verdict.requirements",
    "verdict.order",
    "verdict.resources",
    "session.must_run",
    "session.blocking",
    "session.read_only",
    "nodes.nodes",
    "report.allure",
    "report.outcomes",
    "report.waived",
    "report.terminal",
    "report.run_problems",
    "report.verdict_file",
    "report.categories",
    "preflight.cloud_file_names",
]
CONFTEST = f"""
pytest_plugins = {[f"fixtures.{name}" for name in PLUGINS]}

from fixtures.session.resource import resource

@resource(row="GLA-1")
def image():
    assert False, "no image. Fix: look at Glance"
"""
NODE_CHECKS = """
import pytest

@pytest.mark.req("NEU-2")
@pytest.mark.parametrize("node", ["compute1", "compute2"])
def test_bridge(node):
    assert 0, f"{node}: no bridge. Fix: make it"

@pytest.mark.req("NOVA-3")
@pytest.mark.parametrize("node", ["compute1", "compute2"])
def test_my_ip(node):
    pass

@pytest.mark.req("NOVA-6")
def test_parts(subtests):
    for part in ("libvirt", "nova-compute"):
        with subtests.test(part):
            assert part == "libvirt", f"{part} does not run. Fix: start it"
"""
WORKLOADS = """
import pytest

@pytest.mark.req("NOVA-14")
def test_server():
    print("STARTED")

@pytest.mark.req("SWI-2")
def test_image(image):
    pass

@pytest.mark.req("NOVA-17")
def test_live():
    pytest.skip("one compute node")
"""
KNOWN, LONG_AGO = 'reason = "ticket 7"\nuntil = 2999-12-31\n', 'reason = "ticket 7"\nuntil = 2001-01-01\n'


class Ran(NamedTuple):
    code: int
    shown: str
    verdict: Any
    folder: Path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it_nodes.py").write_text(NODE_CHECKS)
    (tmp_path / "tests" / "test_it_workload.py").write_text(WORKLOADS)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\nmarkers =\n req(row): the row\n waits: it\n proves_cause: it"
    )
    (tmp_path / "conftest.py").write_text(CONFTEST)
    return tmp_path


def run(checkout: Path, text: str, *options: str) -> Ran:
    (checkout / "cloud.toml").write_text(text)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-ra", "-pno:cacheprovider", "--cloud-file=cloud.toml", *options]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=LONG)
    latest = checkout / "reports" / "latest"
    return Ran(done.returncode, done.stdout + done.stderr, json.loads((latest / "verdict.json").read_text()), latest)


def waiver(name: str, rest: str = KNOWN) -> str:
    return f'[[waivers]]\n{"check" if "::" in name else "row"} = "{name}"\n{rest}'


ALL = waiver("NEU-2") + waiver("GLA-1") + waiver("tests/test_it_nodes.py::test_parts")


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_what_is_waived_is_told_and_does_not_count(workers: list[str], checkout: Path) -> None:
    ran = run(checkout, ALL, "-x", *workers)
    assert ran.code == pytest.ExitCode.OK, ran.shown
    assert ran.verdict["failures"] == ran.verdict["root_causes"] == []
    assert ran.verdict["blocked"] == {}  # NOVA-14 stands on NEU-2
    assert list(ran.verdict["skipped"].values()) == ["one compute node"]
    told = {(each["test"].rpartition("::")[2], each["row"], each["message"]) for each in ran.verdict["waived"]}
    assert told == {
        ("test_bridge[compute1]", "NEU-2", "compute1: no bridge. Fix: make it"),
        ("test_bridge[compute2]", "NEU-2", "compute2: no bridge. Fix: make it"),
        ("test_parts", "NOVA-6", "nova-compute does not run. Fix: start it"),
        ("test_image", "GLA-1", "no image. Fix: look at Glance"),
    }
    first = next(each for each in ran.verdict["waived"] if each["row"] == "NEU-2")
    assert (first["waiver"], first["reason"], first["until"]) == ("NEU-2", "ticket 7", "2999-12-31")
    assert (
        "XFAIL tests/test_it_nodes.py::test_bridge[compute1] - waived until 2999-12-31 (NEU-2): ticket 7" in ran.shown
    )
    section = ran.shown.partition("waived by the cloud's file")[2]
    assert "NEU-2, until 2999-12-31: ticket 7\n   compute1: no bridge. Fix: make it\n   compute2: " in section
    assert "what is wrong" not in ran.shown


def test_allure_shows_it_as_waived(checkout: Path) -> None:
    ran = run(checkout, ALL)
    results = [json.loads(file.read_text()) for file in (ran.folder / "results").glob("*-result.json")]
    [bridge] = [each for each in results if each["name"] == "Bridge: compute1"]
    assert bridge["status"] == "skipped"
    assert bridge["statusDetails"]["message"].startswith("XFAIL waived until 2999-12-31 (NEU-2): ticket 7\n")
    assert {"name": "waived", "value": "NEU-2"} in bridge["labels"]
    categories = json.loads((ran.folder / "results" / "categories.json").read_text())
    assert {"name": "Waived", "matchers": {"statuses": ["skipped"], "message": "^XFAIL waived until "}} in categories


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_waiver_of_a_node_is_for_that_node(workers: list[str], checkout: Path) -> None:
    ran = run(checkout, waiver("NEU-2", f'node = "compute1"\n{KNOWN}'), "-ktest_bridge or test_server", *workers)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    assert [each["message"] for each in ran.verdict["failures"]] == ["compute2: no bridge. Fix: make it"]
    assert [each["waiver"] for each in ran.verdict["waived"]] == ["NEU-2 on compute1"]


def test_a_check_may_be_named_with_what_is_in_brackets(checkout: Path) -> None:
    ran = run(checkout, waiver("tests/test_it_nodes.py::test_bridge[compute2]"), "-ktest_bridge")
    assert [each["message"] for each in ran.verdict["failures"]] == ["compute1: no bridge. Fix: make it"]


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_after_its_last_day_a_waiver_counts_no_more(workers: list[str], checkout: Path) -> None:
    ran = run(checkout, waiver("NEU-2", LONG_AGO), "-ktest_bridge", *workers)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    [line] = ran.verdict["waivers_over"]
    assert line.startswith(
        "cloud.toml: waivers.1: the waiver of NEU-2 ended on 2001-01-01, and that fails still. Fix: "
    )
    assert ran.shown.count(line) == 1
    assert ran.verdict["waived"] == []
    assert [each["row"] for each in ran.verdict["root_causes"]] == ["NEU-2"]


def test_what_fails_above_it_counts_and_is_told_to_stand_on_it(checkout: Path) -> None:
    (checkout / "tests" / "test_it_workload.py").write_text(WORKLOADS.replace('print("STARTED")', "assert 0, 'ERROR'"))
    ran = run(checkout, ALL)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    [cause] = ran.verdict["root_causes"]
    assert (cause["row"], sorted(cause["waived_below"])) == ("NOVA-14", ["GLA-1", "NEU-2", "NOVA-6"])
    assert "it may follow from what is waived: " in ran.shown


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_waiver_that_nothing_needs_is_told(workers: list[str], checkout: Path) -> None:
    useless = waiver("tests/test_it_nodes.py::test_my_ip") + waiver("tests/test_it_nodes.py::test_my_ip", LONG_AGO)
    ran = run(checkout, ALL + useless, *workers)
    assert ran.code == pytest.ExitCode.OK, ran.shown
    told = "nothing needs the waiver of tests/test_it_nodes.py::test_my_ip any more: what it is of has passed"
    assert ran.verdict["warnings"] == [f"cloud.toml: waivers.{n}: {told}. Fix: delete it" for n in (4, 5)]


def test_of_a_row_the_whole_suite_has_to_have_run(checkout: Path) -> None:
    nodes = ("--hosts=local://", "--role=compute=local")
    told = (
        "cloud.toml: waivers.1: nothing needs the waiver of NOVA-3 any more: what it is of has passed. Fix: delete it"
    )
    assert run(checkout, waiver("NOVA-3"), *nodes).verdict["warnings"] == [told]
    for part in ("tests/test_it_nodes.py", "-ktest_my_ip and compute1", "--row=NEU-2", "--read-only"):
        assert run(checkout, waiver("NOVA-3"), *nodes, part).verdict["warnings"] == []


def test_of_a_row_that_was_not_wholly_looked_at_nothing_is_told(checkout: Path) -> None:
    assert run(checkout, waiver("NOVA-3"), "-ktest_my_ip").verdict["warnings"] == []  # no node is given
    assert run(checkout, waiver("NEU-2"), "-ktest_my_ip").verdict["warnings"] == []


@pytest.mark.parametrize("name", ["NOVA-17", "tests/test_it_workload.py::test_live"])
@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_check_that_must_run_fails_where_it_is_skipped(name: str, workers: list[str], checkout: Path) -> None:
    ran = run(checkout, f'expected.must_run = ["{name}"]', "-ktest_live", *workers)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    [cause] = ran.verdict["root_causes"]
    assert cause["row"] == "NOVA-17"
    assert cause["cause_found"]
    assert cause["messages"] == [
        f"skipped: one compute node. Expected: it runs, as [expected] must_run has {name} in cloud.toml. "
        "Fix: give the cloud what is missing, or take that out of cloud.toml"
    ]


def test_such_a_skip_can_be_waived(checkout: Path) -> None:
    ran = run(checkout, f'expected.must_run = ["NOVA-17"]\n{waiver("NOVA-17")}', "-ktest_live")
    assert ran.code == pytest.ExitCode.OK, ran.shown
    assert [each["row"] for each in ran.verdict["waived"]] == ["NOVA-17"]


def test_a_blocked_check_and_one_that_would_change_something_need_not_run(checkout: Path) -> None:
    text = 'expected.must_run = ["NOVA-14"]'
    assert "tests/test_it_workload.py::test_server" in run(checkout, text).verdict["blocked"]
    assert run(checkout, text, "--read-only", "-ktest_server").code == pytest.ExitCode.OK
