"""The report for people: a file that says all that verdict.json does, needs nothing else, and takes words for words."""

import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.core.known_secrets import know
from fixtures.report.catalogue import languages
from fixtures.report.html_report import draw
from fixtures.report.report_folder import REPORTS, WRITTEN
from fixtures.report.report_page import LONGEST, row_page
from fixtures.verdict.requirement_docs import titles
from selftests.report import test_every_exit
from selftests.report.told_verdict import FLOATING, MESSAGE, broken, cause, failure, healthy, read

HOSTILE = (
    "</p></script><script>alert(1)</script><img src=http://example.org/x onerror=alert(1)>\"'&\x00\x1b[31m\ud800{{7*7}}"
)


def pages(folder: Path, verdict: dict[str, Any]) -> dict[str, str]:
    (folder / "verdict.json").write_text(json.dumps(verdict))
    draw(folder)
    return {name: (folder / name).read_text(encoding="utf-8") for name in map(str, REPORTS)}


def told(folder: Path, verdict: dict[str, Any], name: str = "report.html") -> str:
    return "\n".join(read(pages(folder, verdict)[name]).told)


def test_the_first_page_says_the_verdict_then_shows_the_cloud_then_causes_then_what_passed(tmp_path: Path) -> None:
    text = told(tmp_path, broken())
    parts = [
        "✗ This cloud does not work yet: 1 cause",
        "APIs and workloads",
        "1. NOVA-3 my_ip is the node's own",
        MESSAGE.partition(" Fix: ")[0],
        MESSAGE.partition("Fix: ")[2],
        "NOVA-4 Consoles are looked for on the node itself",
        "A guest boots",
        "What passed",
        "my_ip is an address of this node: controller",
        "OVN does not wire this cloud's guests (1)",
        "The rules of a security group are ACLs in OVN",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_healthy_cloud_works(tmp_path: Path) -> None:
    text = told(tmp_path, healthy())
    assert "✓ Everything that could be checked works" in text
    assert "A floating IP leads to the guest" in text
    assert "test_" not in text


def test_the_same_in_korean(tmp_path: Path) -> None:
    text = told(tmp_path, broken(), "report.ko.html")
    assert "원인 1개" in text and "이 노드" in text
    assert MESSAGE.partition(" Fix: ")[0] in text


def test_the_languages_lead_to_each_other(tmp_path: Path) -> None:
    drawn = pages(tmp_path, healthy())
    assert "report.ko.html" in read(drawn["report.html"]).addresses
    assert "report.html" in read(drawn["report.ko.html"]).addresses
    assert '<html lang="ko">' in drawn["report.ko.html"]


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("row", titles())
def test_a_rows_page_leads_to_no_file_that_is_not_beside_the_report(row: str, code: str) -> None:
    assert [address for address in read(row_page(row, code)).addresses if not address.startswith("https://")] == []


def test_it_needs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "timeline.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>the run</text></svg>')
    for page in pages(tmp_path, broken()).values():
        seen = read(page)
        assert {"script", "link", "img", "iframe", "object"}.isdisjoint(seen.elements)
        assert "the run" in seen.told
        assert "url(" not in page and "@import" not in page
        assert "default-src 'none'" in page


def test_headings_follow_each_other(tmp_path: Path) -> None:
    """Who reads by ear goes from heading to heading."""
    levels = [int(level) for level in re.findall(r"<h(\d)", pages(tmp_path, broken())["report.html"])]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("name", map(str, REPORTS))
def test_what_nodes_say_is_data(tmp_path: Path, name: str) -> None:
    verdict = broken(HOSTILE, problems=[HOSTILE], warnings=[HOSTILE], run=HOSTILE, blocked={FLOATING: HOSTILE})
    verdict["skipped"] = {f"{FLOATING}[{HOSTILE}]": HOSTILE}
    verdict["nodes"] = [{"name": HOSTILE, "roles": [HOSTILE]}]
    verdict["root_causes"][0] |= {"logged": [HOSTILE], "first_error": HOSTILE, "cause_found": False}
    page = pages(tmp_path, verdict)[name]
    assert {"script", "img"}.isdisjoint(read(page).elements)
    assert "<script>alert(1)</script>" in "".join(read(page).told)
    assert not re.search("[\x00\x1b\ud800]", page)
    assert "{{7*7}}" in page


def test_what_is_very_long_is_cut(tmp_path: Path) -> None:
    page = pages(tmp_path, broken("x" * 1_000_000))["report.html"]
    assert len(page) < 20 * LONGEST
    assert "… (verdict.json)" in page


@pytest.mark.usefixtures("no_known_secrets")
def test_no_secret_is_in_it(tmp_path: Path) -> None:
    know("0penSesame42")
    verdict = broken(
        "password = hunter2 and 0penSesame42", skipped={"0penSesame42": "rabbit://openstack:s3cret@controller"}
    )
    for page in pages(tmp_path, verdict).values():
        assert not re.search("hunter2|0penSesame42|s3cret", page)


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"exit_code": None, "passed": 0}, "? The run has not come to its end"),
        ({"exit_code": 2, "problems": ["interrupted: SIGINT"]}, "? The run was interrupted; here is what it had seen"),
        ({"exit_code": 3, "problems": ["internal error: OSError: x"]}, "? The suite itself has failed"),
        ({"exit_code": 4, "problems": ["--hosts=x: no"], "passed": 0}, "? The run could not begin"),
        ({"exit_code": 5, "problems": ["-k x: no check fits"], "passed": 0}, "? No check was chosen"),
        ({"exit_code": 6}, "? All that could be checked works, with more warnings"),
        ({"passed": 0, "checks": []}, "? Nothing could be checked"),
        ({"exit_code": 1, "root_causes": [cause("runner", "no room")]}, "? Not everything could be checked"),
        (
            {"exit_code": 1, "root_causes": [cause("clean-up", "left"), cause("NOVA-3", "x")]},
            "✗ This cloud does not work",
        ),
    ],
)
def test_each_end_of_a_run_has_its_words(tmp_path: Path, changes: dict[str, Any], headline: str) -> None:
    text = told(tmp_path, healthy(**changes))
    assert headline in text
    assert all(problem in text for problem in changes.get("problems", []))


def test_an_interrupted_run_says_so_beside_what_it_found(tmp_path: Path) -> None:
    text = told(tmp_path, broken(exit_code=2, problems=["interrupted: SIGTERM"]))
    assert "✗ This cloud does not work yet: 1 cause" in text
    assert "The run was interrupted" in text


@pytest.mark.parametrize(
    ("first_error", "words"),
    [
        (None, "No log was read"),
        ("", "Nothing on the path has logged an error"),
        ("compute1, nova-compute: no", "compute1, nova-compute: no"),
    ],
)
def test_a_cause_that_was_not_found_says_so(tmp_path: Path, first_error: str | None, words: str) -> None:
    verdict = broken()
    verdict["root_causes"][0] |= {"cause_found": False, "first_error": first_error}
    text = told(tmp_path, verdict)
    assert "Causes that were not found: 1" in text
    assert "The cause was not found." in text and words in text


def test_what_an_older_run_has_written_is_drawn_too(tmp_path: Path) -> None:
    old = broken()
    for key in ("nodes", "checks", "warnings"):
        del old[key]
    del old["root_causes"][0]["cause_found"], old["root_causes"][0]["first_error"]
    text = told(tmp_path, old)
    assert "No node was given" in text and "This run has not written down which checks passed." in text


def test_a_check_of_no_row_is_there(tmp_path: Path) -> None:
    one = "tests/compute/test_compute_nodes.py::test_disk_has_ip_v4"
    text = told(tmp_path, broken(root_causes=[cause("no-row", "x")], failures=[failure("no-row", one, "x")]))
    assert "Disk has IP v4" in text


def test_all_that_it_writes_is_removed_before_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages(tmp_path, healthy())
    monkeypatch.setattr(Path, "replace", lambda *_: None)  # as if it was killed just before
    draw(tmp_path)
    written = {file.name for file in tmp_path.iterdir()}
    assert "report.new" in written
    assert written <= set(WRITTEN)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a few tests."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it_nodes.py").write_text(test_every_exit.TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nmarkers = req(row): the row")
    names = [*test_every_exit.PLUGINS, "report.checks", "report.html_report"]
    (tmp_path / "conftest.py").write_text(f"pytest_plugins = {[f'fixtures.{name}' for name in names]}")
    return tmp_path


def drawn(checkout: Path) -> str:
    return "\n".join(read((checkout / "reports" / "latest" / "report.html").read_text()).told)


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return test_every_exit.run(checkout, *arguments)


def test_it_is_drawn_when_a_run_has_ended(checkout: Path) -> None:
    done = run(checkout, "-k", "good or bad")
    assert done.returncode == 1
    assert re.search(r"^the report: reports/runs/\S+/report\.html$", done.stdout, re.MULTILINE)
    assert "This cloud does not work yet: 1 cause" in drawn(checkout)
    assert "my_ip is another node's." in drawn(checkout)


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_it_knows_who_passed(checkout: Path, workers: list[str]) -> None:
    assert run(checkout, "-k", "good", *workers).returncode == 0
    told = json.loads((checkout / "reports" / "latest" / "verdict.json").read_text())["checks"]
    assert [(each["title"], each["rows"], each["outcome"]) for each in told] == [("Good", [], "passed")]
    assert "Good" in drawn(checkout)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-k", "nothing"], 5, "No check was chosen"),
        (["--row=NOVA-99"], 5, "No check was chosen"),
        (["tests/test_none.py"], 4, "The run could not begin"),
    ],
)
def test_it_is_drawn_when_a_run_did_not_begin(checkout: Path, arguments: list[str], code: int, words: str) -> None:
    assert run(checkout, *arguments).returncode == code
    assert words in drawn(checkout)


def test_it_is_drawn_when_a_plugin_crashed(checkout: Path) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write("\ndef pytest_sessionfinish(): raise RuntimeError('token=s3cret')\n")
    assert run(checkout, "-k", "good").returncode == 3
    assert "The suite itself has failed" in drawn(checkout)


def test_that_it_cannot_be_drawn_changes_nothing_else(checkout: Path) -> None:
    with (checkout / "conftest.py").open("a") as file:
        file.write("\nfrom fixtures.report import html_report\nhtml_report.TEMPLATE = 'none of this name'\n")
    done = run(checkout, "-k", "good")
    assert done.returncode == 0
    assert "the report is not drawn: internal error: TemplateNotFound: " in done.stderr
    assert not (checkout / "reports" / "latest" / "report.html").exists()
