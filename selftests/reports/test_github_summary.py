import json
import re
from pathlib import Path
from typing import Any

import pytest

from fixtures.report.verdict_file import as_json
from fixtures.verdict.verdict import Failure, Verdict
from reports import github_summary
from reports.github_summary import MOST, annotations, main
from reports.verdict_markdown import LONGEST, inline, markdown
from selftests import ROOT

EVIL = "::stop-commands::x\n::error::forged\r\n##[add-mask]x %0A <img src=//e> | [a](//b) @all `x` **b**\x1b[2J\u202e"


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "summary.md"
    file.write_text("what an earlier step wrote\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def told(exit_code: int | None, *failures: Failure, **others: Any) -> dict[str, Any]:
    verdict = Verdict(failures=list(failures), passed=3, problems=others.pop("problems", []))
    return {**as_json(verdict, "ab12", exit_code), **others}


def tell(tmp_path: Path, content: object, *options: str) -> int:
    file = tmp_path / "verdict.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return main([*options, str(file)])


FOUND = Failure("NOVA-3", "a_nodes.py::test_a[c1]", "c1: my_ip is another's. Fix: correct it")
OPEN = Failure(
    "NOVA-14", "a_workload.py::test_b", "no server. Fix: …", ("No valid host",), 9, (), True, "a bind failed"
)


def test_a_red_run_is_told(summary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = told(1, FOUND, Failure("NEU-2", "t", "x", (), 9, (), True, ""), warnings=["a certificate ends"])
    assert tell(tmp_path, content) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"::error title=NOVA-3 .*::c1: my_ip is another's\. Fix: correct it", first)
    assert second.endswith("::x%0ACause not found; the first error on the path: none that could be read")
    assert third == "::warning title=Warning::a certificate ends"
    page = summary.read_text()
    assert page.startswith(
        "what an earlier step wrote\n## Red: 1 root cause, 1 cause not found\n\n3 passed, 2 failed, in"
    )
    assert "> c1: my\\_ip is another's. Fix: correct it\n" in page
    assert "**Warning**\n\n> a certificate ends" in page


def test_what_was_logged_and_what_followed_is_told() -> None:
    page = markdown(told(1, OPEN, Failure("NEU-12", "t", "x", (), 9, (), True)), 10_000)
    assert "> Cause not found; the first error on the path: a bind failed\n" in page
    assert "<summary>The services involved logged</summary>\n\n<pre>\nNo valid host\n</pre>" in page
    assert "And so NEU-12 failed too." in page


@pytest.mark.parametrize(
    ("code", "problems", "title"),
    [
        (2, ["interrupted: SIGTERM"], "Interrupted"),
        (3, ["internal error: x"], "pytest or a plugin crashed"),
        (4, ["--hosts: c1: it refuses. Fix: ssh-copy-id", "OS_CLOUD: no such"], "The run could not begin"),
        (5, ["no check fits"], "No check was selected"),
        (6, [], "More warnings than --max-warnings allows"),
        (7, [], "Ended with exit code 7"),
        (None, [], "Killed before its end%2C or still going on"),
    ],
)
def test_each_way_to_end_is_told(code: int | None, problems: list[str], title: str) -> None:
    content = told(code, problems=problems)
    lines = problems or ["See the output of the step that ran the suite"]
    assert annotations(content) == [f"::error title={title}::{line}" for line in lines]
    page = markdown(content, 10_000)
    assert page.startswith(f"## {title.replace('%2C', ',')}\n")
    assert all(f"> {inline(line)}\n" in page for line in problems)


def test_a_green_run_has_no_annotations() -> None:
    content = told(0, skipped={"a": "no Swift", "b": "no Swift", "c": "no OVN"}, blocked={})
    assert annotations(content) == []
    page = markdown(content, 10_000)
    assert page.startswith("## Green: 3 passed, 3 skipped\n")
    assert "<summary>3 skipped</summary>\n\n<pre>\n   2  no Swift\n   1  no OVN\n</pre>" in page


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"schema": 1', "\xff"])
def test_without_a_verdict_that_is_told(
    summary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    code = main([str(tmp_path / "none.json")]) if content is None else tell(tmp_path, content)
    assert code == 1
    assert capsys.readouterr().out.startswith(
        "::error title=No verdict::There is no verdict: the suite was not started"
    )
    assert "## No verdict\n\n> There is no verdict: the suite was not started" in summary.read_text()


def test_what_is_told_is_no_command(tmp_path: Path, summary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failures = [Failure("NOVA-3", EVIL, EVIL, (EVIL,)), Failure("NEU-2", "t", EVIL, (), 0, (), True, EVIL)]
    content = told(1, *failures, problems=[EVIL], warnings=[EVIL], skipped={EVIL: EVIL}, run=EVIL)
    content["root_causes"][0]["title"] = EVIL
    assert tell(tmp_path, content) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert len(lines) == 4
    assert all(re.fullmatch(r"::(error|warning) title=[^:,]+::[^\r\n\x1b]+", line) for line in lines)
    assert "%250A" in shown, "what looks escaped is text, too"


def test_what_is_told_marks_nothing_up() -> None:
    content = told(1, Failure("NOVA-3", EVIL, EVIL, (EVIL,)), warnings=[EVIL], skipped={EVIL: EVIL}, run=EVIL)
    content["root_causes"][0]["title"] = EVIL
    page = markdown(content, 100_000)
    folded = re.findall(r"<pre>\n(.*?)\n</pre>", page, re.DOTALL)
    assert len(folded) == 2
    assert all("<" not in each for each in folded)
    rest = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert re.findall(r"(?<!\\)[<`|@]|(?<!\\)\[|(?<![*\\])\*(?!\*)|(?<!\\):(?=//)|[\x1b\u202e]", rest) == []
    headings = [line for line in rest.splitlines() if line.startswith("#")]
    assert [line[:4] for line in headings] == ["## R", "### "]


@pytest.mark.parametrize("text", ["1. a", "123456789) a", "- a", "+ a", "# a", "> a", "= a", "www.x.y", "http://x.y"])
def test_the_beginning_of_a_line_marks_nothing_up(text: str) -> None:
    assert inline(text) != text
    assert re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", inline(text)) == text


def test_at_most_as_many_annotations_as_are_shown() -> None:
    content = told(4, problems=[f"line {number}" for number in range(MOST + 5)])
    lines = annotations(content)
    assert len(lines) == MOST
    assert lines[-1] == "::error title=6 more::They are in the summary of this job"
    assert len(annotations(told(4, problems=[f"line {number}" for number in range(MOST)]))) == MOST


def test_the_summary_is_never_too_long() -> None:
    content = told(1, skipped={f"test {number}": f"reason {number} {'é' * 3000}" for number in range(900)})
    content["root_causes"] = [{"title": f"{number}", "messages": ["é" * 3000] * 9} for number in range(900)]
    page = markdown(content, github_summary.ROOM)
    assert len(page.encode()) <= 2**20
    assert page.startswith("## Red")
    assert page.endswith("more parts are left out here: they are in verdict.json.\n")
    assert "é" * LONGEST not in page


def test_only_the_markdown_is_printed_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert tell(tmp_path, told(1, FOUND), "--markdown") == 0
    assert capsys.readouterr().out.startswith("## Red: 1 root cause\n")
    with pytest.raises(SystemExit, match="2"):
        tell(tmp_path, told(1, FOUND))
    assert "$GITHUB_STEP_SUMMARY is not set: --markdown prints" in capsys.readouterr().err


def test_it_needs_nothing_that_is_installed() -> None:
    for name in ("github_summary.py", "verdict_markdown.py"):
        imported = re.findall(r"^(?:from|import) (\w+)", (ROOT / "reports" / name).read_text(), re.MULTILINE)
        assert set(imported) <= {
            "argparse",
            "collections",
            "html",
            "itertools",
            "json",
            "os",
            "pathlib",
            "re",
            "reports",
            "sys",
            "typing",
        }
