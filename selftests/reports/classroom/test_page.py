import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reports.classroom.class_file import ClassFile, Scheme
from reports.classroom.csv_file import safe
from reports.classroom.marks import lines, points
from reports.classroom.page import draw
from reports.classroom.result import Result, result_in, usual_seconds
from reports.classroom.student_run import StudentRun, folders

VERDICTS: dict[str, Any] = json.loads(Path(__file__).with_name("verdicts.json").read_text())
HOSTILE = '=cmd|"/c calc"!A1<script>alert(1)</script>'


def recorded(folder: Path, name: str) -> Result:
    folder.mkdir(parents=True, exist_ok=True)
    verdict = VERDICTS[name]
    (folder / "verdict.json").write_text(verdict if isinstance(verdict, str) else json.dumps(verdict))
    return result_in(folder)


@pytest.fixture
def results(tmp_path: Path) -> list[Result]:
    return [recorded(tmp_path / name, name) for name in ("good", "copied", "two", "down", "torn")]


def test_a_result_is_read_of_a_verdict(results: list[Result]) -> None:
    good, copied, two, down, torn = results
    assert (good.code, good.causes, good.seconds) == (0, 0, 200.5)
    assert (copied.code, copied.causes, copied.not_found) == (1, 1, 0)
    assert (two.causes, two.not_found) == (1, 1)
    assert copied.told["NOVA-3"] == "compute1: my_ip = 10.0.0.11 <b>& co</b>. Fix: correct it"
    assert (down.code, down.problem) == (4, "--hosts: controller: it does not answer. Fix: start it")
    assert (torn.code, torn.problem) == (None, "its verdict cannot be read")


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"exit_code": "x"}', '{"exit_code": 0, "rows": {"NOVA-3": "<b>"}}', "[" * 100_000, "\ud800"]
)
def test_what_is_no_verdict_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "verdict.json").write_bytes(text.encode(errors="surrogatepass"))
    assert result_in(tmp_path).problem == "its verdict cannot be read"


def test_an_earlier_runs_verdict_is_not_this_ones(tmp_path: Path) -> None:
    recorded(tmp_path, "good")
    then = (tmp_path / "verdict.json").stat().st_mtime
    assert result_in(tmp_path, then - 1).code == 0
    assert result_in(tmp_path, then + 1).code is None


def test_the_best_report_is_the_one_that_is_shown(tmp_path: Path) -> None:
    assert recorded(tmp_path, "good").report == "verdict.json"
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").touch()
    assert result_in(tmp_path).report == "html/index.html"


def test_what_most_got_wrong_comes_first(results: list[Result]) -> None:
    table = lines(results)
    assert [line.row for line in table] == ["NOVA-3", "CIN-1", "NOVA-14", "KEY-1", "SWI-1"]
    assert [mark.state for mark in table[0].marks] == ["passed", "cause", "cause", "unknown", "unknown"]
    assert [f"{mark.sign} {mark.word}" for mark in table[1].marks][:3] == ["✓ pass", "… blocked", "✗ cause"]


def test_points_are_by_the_scheme(results: list[Result]) -> None:
    marked = points(results, Scheme(consequence=0.5, weights={"NOVA": 2}))
    assert [(each.own, each.most) for each in marked] == [(6, 7), (2, 7), (3, 7), (0, 7), (0, 7)]


def test_the_median_of_earlier_runs(tmp_path: Path) -> None:
    assert usual_seconds(tmp_path) is None
    for number, text in enumerate(
        ['{"seconds": 10}', '{"seconds": 30}', '{"seconds": 20}', "{", '{"seconds": "x"}', "[]"]
    ):
        (tmp_path / f"{number}.json").write_text(text)
    assert usual_seconds(tmp_path) == 20


@pytest.mark.parametrize(
    ("text", "shown"), [("=1", "'=1"), ("+a", "'+a"), ("-a", "'-a"), ("@x", "'@x"), ("Ada", "Ada")]
)
def test_no_spreadsheet_takes_it_for_a_formula(text: str, shown: str) -> None:
    assert safe(text) == shown


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def page(tmp_path: Path) -> str:
    names = ["Ada", HOSTILE, "Björn", "Down", "Torn"]
    read = ClassFile.model_validate(
        {"class": {"title": "A & B"}, "students": [{"name": name, "os_cloud": "x"} for name in names]}
    )
    slugs = folders(read.students)
    runs = [StudentRun(each, tmp_path / slugs[each.name], state="done") for each in read.students]
    found = [
        recorded(run.folder, kind) for run, kind in zip(runs, ("good", "copied", "two", "down", "torn"), strict=True)
    ]
    return draw(tmp_path, read, runs, found).read_text()


def test_the_page_is_one_file_without_scripts(page: str) -> None:
    seen = Seen()
    seen.feed(page)
    assert {"script", "link", "img", "iframe"}.isdisjoint(tag for tag, _ in seen.tags)
    links = [str(attrs["href"]) for tag, attrs in seen.tags if tag == "a"]
    assert links
    assert not [link for link in links if re.match(r"[a-z]+:|/", link)]
    assert "url(" not in page
    assert 'http-equiv="refresh"' not in page


def test_what_others_wrote_is_text(page: str, tmp_path: Path) -> None:
    assert "<script>" not in page
    assert "<b>&" not in page
    assert "=cmd|&#34;/c calc&#34;!A1&lt;script&gt;" in page
    assert "my_ip = 10.0.0.11 &lt;b&gt;&amp; co&lt;/b&gt;" in page
    assert "A &amp; B" in page


def test_each_cell_has_a_sign_and_a_word_and_leads_to_the_students_report(page: str) -> None:
    row = page.partition("NOVA-3 my_ip")[2].partition("</tr>")[0]
    assert re.findall(r'href="([^"]+)">([^<]+)<', row) == [
        ("ada/verdict.json", "✓ pass"),
        ("cmd-c-calc-a1-script-alert-1-script/verdict.json", "✗ cause"),
        ("bjorn/verdict.json", "✗ cause"),
        ("down/verdict.json", "? not seen"),
        ("torn/verdict.json", "? not seen"),
    ]
    assert "could not begin: --hosts: controller: it does not answer" in page


def test_it_is_for_the_dark_and_for_paper_too(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_while_it_goes_on_the_page_reads_itself_anew(tmp_path: Path) -> None:
    read = ClassFile.model_validate({"students": [{"name": "Ada", "os_cloud": "x"}]})
    run = StudentRun(read.students[0], tmp_path / "ada", state="running", percent=40)
    shown = draw(tmp_path, read, [run], [Result()]).read_text()
    assert '<meta http-equiv="refresh"' in shown
    assert "40 %" in shown
    assert "No run has ended yet." in shown


def test_the_table_has_a_line_for_each_student(page: str, tmp_path: Path) -> None:
    with (tmp_path / "class.csv").open() as file:
        found = list(csv.DictReader(file))
    assert [each["student"] for each in found] == ["Ada", f"'{HOSTILE}", "Björn", "Down", "Torn"]
    assert found[1]["NOVA-3"] == "cause"
    assert (found[0]["points"], found[0]["of"]) == ("4", "5")
    assert (found[3]["exit_code"], found[3]["NOVA-3"]) == ("4", "unknown")
    assert list(found[0])[9:] == ["CIN-1", "KEY-1", "NOVA-14", "NOVA-3", "SWI-1"]
