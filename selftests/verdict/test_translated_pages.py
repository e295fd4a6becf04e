"""Each page of a row is there in each language, with the same sections; what is typed or read is the same in all."""

import re
from pathlib import Path

import pytest

from fixtures.report.catalogue import languages
from fixtures.verdict.requirement_docs import PAGES, page, titles
from selftests.verdict.test_requirements import LONGEST, SECTIONS

OTHERS = [code for code in languages() if code != "en"]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
ROW = re.compile(r"\b(?:KEY|SVC|GLA|NOVA|NEU|OVN|CIN|SWI)-\d+")  # a Korean particle may follow at once
LINK = re.compile(r"\]\(([\w./-]+\.md)\)")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
HANGUL = re.compile("[\uac00-\ud7a3]")


def commands(file: Path) -> list[str]:
    return FENCE.findall(file.read_text())


def names(file: Path) -> set[str]:
    """What is named in the text: options, files, messages."""
    return {" ".join(each.split()) for each in CODE.findall(FENCE.sub("", file.read_text()))}


def rows(file: Path) -> set[str]:
    return set(ROW.findall(FENCE.sub("", file.read_text())))


def other_pages(file: Path) -> set[str]:
    return {Path(address).name for address in LINK.findall(FENCE.sub("", file.read_text()))}


def read_on(file: Path) -> list[str]:
    return re.findall(r"<https://[^>]+>", file.read_text())


def headings(code: str) -> set[tuple[str, ...]]:
    return {tuple(HEADING.findall(page(row, code).read_text())) for row in titles(code)}


@pytest.mark.parametrize("code", OTHERS)
def test_every_page_is_there(code: str) -> None:
    assert titles(code).keys() == titles().keys()
    assert [title for row, title in titles(code).items() if not title.startswith(f"{row} ")] == []


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("row", titles())
def test_page_says_the_same(row: str, code: str) -> None:
    """Whoever changes one of them changes the other: docs/rows/ROW.md and docs/rows/LANGUAGE/ROW.md."""
    english, other = page(row), page(row, code)
    assert other != english, f"docs/rows/{code}/{row}.md is not there"
    assert commands(other) == commands(english)
    assert names(other) == names(english)
    assert rows(other) == rows(english)
    assert other_pages(other) == other_pages(english)
    assert [address for address in LINK.findall(other.read_text()) if not (other.parent / address).is_file()] == []
    assert read_on(other) == read_on(english)
    assert len(other.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("code", OTHERS)
def test_all_pages_have_the_same_sections(code: str) -> None:
    [sections] = headings(code)
    assert len(sections) == len(SECTIONS)


def test_korean_is_korean() -> None:
    parts = {row: re.split(r"^#+ .*$", page(row, "ko").read_text(), flags=re.MULTILINE)[1:-1] for row in titles("ko")}
    told = {row: [part for part in texts if FENCE.sub("", part).strip()] for row, texts in parts.items()}
    assert [row for row, texts in told.items() if not all(HANGUL.search(FENCE.sub("", text)) for text in texts)] == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_index_has_them_all(code: str) -> None:
    index = (PAGES / code / "README.md").read_text()
    listed = re.findall(r"^\| \[(\S+)\]\((\S+)\) \| (.+?) \| ", index, re.MULTILINE)
    assert {row: f"{row} {title}" for row, _, title in listed} == titles(code)
    assert [file for row, file, _ in listed if file != f"{row}.md"] == []
