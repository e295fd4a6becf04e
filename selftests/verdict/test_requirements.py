import json
import re

import pytest

from fixtures.verdict.requirement_docs import READ_ON, page, title, titles
from selftests import ROOT

pytest_plugins = ["pytester"]

SECTIONS = ["What is checked", "Why it matters", "The usual mistake", "Fix", "Read on"]
LONGEST = 40
ROW_MARK = re.compile(r"\bmark\.req\(\s*\"([^\"]+)\"")
FAILING = """
import pytest

@pytest.mark.req("NOVA-3")
@pytest.mark.parametrize("address", ["10.0.0.11"])
def test_of_nova_3(address):
    assert address == "10.0.0.101"

@pytest.mark.req("NEU-12")
def test_of_neu_12():
    pass

def test_of_no_row():
    pass
"""
SUBTESTS = """
import pytest

@pytest.mark.req("NOVA-3")
def test_of_nova_3(subtests):
    for address in ("10.0.0.11", "10.0.0.12"):
        with subtests.test(address):
            assert address == "10.0.0.101"
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest((ROOT / "conftest.py").read_text())
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("-c", f"{ROOT}/pyproject.toml", "--rootdir=.", "--alluredir=allure", *arguments)


def allure_results(suite: pytest.Pytester) -> dict[str, dict[str, list[dict[str, str]]]]:
    results = [json.loads(file.read_text()) for file in (suite.path / "allure").glob("*-result.json")]
    return {result["fullName"].rpartition("#")[2]: result for result in results}


def marked() -> set[str]:
    return {row for file in (ROOT / "tests").rglob("*.py") for row in ROW_MARK.findall(file.read_text())}


def test_every_row_has_a_check() -> None:
    assert sorted(set(titles()) - marked()) == []


def test_every_check_has_a_row_with_a_page() -> None:
    assert sorted(marked() - set(titles())) == []


@pytest.mark.parametrize("row", titles())
def test_page_is_whole(row: str) -> None:
    text = page(row).read_text()
    assert text.startswith(f"# {row} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert READ_ON.findall(text.partition("## Read on")[2])
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("row", titles())
def test_page_speaks_of_rows_that_there_are(row: str) -> None:
    spoken_of = set(re.findall(r"\b(?:KEY|SVC|GLA|NOVA|NEU|OVN|CIN|SWI)-\d+", page(row).read_text()))
    assert spoken_of <= set(titles())


def test_index_lists_every_row() -> None:
    index = (ROOT / "docs" / "rows" / "README.md").read_text()
    listed = re.findall(r"^\| \[(\S+)\]\(\1\.md\) \| (.+?) \|", index, re.MULTILINE)
    assert dict(listed) == {row: title(row).partition(" ")[2] for row in titles()}


def test_row_option_deselects_the_others(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    result = run(suite, "--row=neu-12")
    result.assert_outcomes(passed=1, deselected=2)


def test_row_option_takes_several(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    run(suite, "--row=NEU-12,NOVA-3").assert_outcomes(passed=1, failed=1, deselected=1)
    run(suite, "--row=NEU-12", "--row=NOVA-3").assert_outcomes(passed=1, failed=1, deselected=1)


def test_an_unknown_row_asked_for_is_told(suite: pytest.Pytester) -> None:
    result = run(suite, "--row=NOVA-99")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines == ["ERROR: --row=NOVA-99: no such row. Fix: choose from docs/rows/README.md", ""]


@pytest.mark.parametrize("expression", ["NEU-12", 'req("NEU-12")', "req and not req('NOVA-3')"])
def test_rows_can_be_chosen_as_marks_too(suite: pytest.Pytester, expression: str) -> None:
    suite.makepyfile(FAILING)
    run(suite, "-m", expression).assert_outcomes(passed=1, deselected=2)


@pytest.mark.parametrize("expression", ["NOVA-99", 'req("NOVA-99")', "NEU-12 or NOVA-99"])
def test_an_unknown_row_among_the_marks_is_told(suite: pytest.Pytester, expression: str) -> None:
    suite.makepyfile(FAILING)
    result = run(suite, "-m", expression)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines == ["ERROR: -m NOVA-99: no such row. Fix: choose from docs/rows/README.md", ""]


def test_an_unknown_row_of_a_check_is_told(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_new=FAILING.replace("NOVA-3", "NOVA-99"))
    result = run(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: test_new.py::test_of_nova_3: no such row: NOVA-99" in result.errlines


def test_a_failure_points_to_its_page(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    result = run(suite)
    result.stdout.re_match_lines([r"-+ row NOVA-3 -+", r"see \S*docs/rows/NOVA-3\.md"])
    result.stdout.no_fnmatch_line("*NEU-12.md*")


def test_a_failure_carries_its_page(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    run(suite)
    results = allure_results(suite)
    [attached] = results["test_of_nova_3"]["attachments"]
    assert attached["name"] == "NOVA-3: what it is and how to fix it"
    assert (suite.path / "allure" / attached["source"]).read_text() == page("NOVA-3").read_text()
    assert "attachments" not in results["test_of_neu_12"]


def test_the_page_comes_once_for_all_subtests(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUBTESTS)
    run(suite)
    assert len(allure_results(suite)["test_of_nova_3"]["attachments"]) == 1


def test_the_report_groups_by_the_title(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    run(suite)
    result = allure_results(suite)["test_of_nova_3"]
    assert {"name": "story", "value": "NOVA-3 my_ip is the node's own"} in result["labels"]
    assert [link["name"] for link in result["links"]] == ["NOVA-3: read on"]
