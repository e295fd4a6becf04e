"""What the report says in one language, it says in each."""

import re
import string

import pytest

from fixtures.report.catalogue import catalogue, languages
from fixtures.verdict.order import SERVICES
from fixtures.verdict.verdict import NO_ROWS
from selftests import ROOT

OTHERS = [code for code in languages() if code != "en"]
FUNCTION = re.compile(r"^def (test_\w+)", re.MULTILINE)
HANGUL = re.compile("[\uac00-\ud7a3]")
CHECKS = {name for file in (ROOT / "tests").rglob("test_*.py") for name in FUNCTION.findall(file.read_text())}
PARTS = ("words", "services", "roles", "checks")
TEMPLATES = "".join(
    file.read_text() for file in (ROOT / "fixtures" / "report").iterdir() if file.suffix in (".j2", ".py")
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_languages() -> None:
    assert languages() == ["en", "ko"]
    assert len(CHECKS) > 250


@pytest.mark.parametrize("code", languages())
def test_every_check_has_a_title(code: str) -> None:
    """In fixtures/report/languages/, below [checks]."""
    assert sorted(CHECKS - catalogue(code).checks.keys()) == []
    assert sorted(catalogue(code).checks.keys() - CHECKS) == []


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("part", PARTS)
def test_nothing_lacks_in_another_language(code: str, part: str) -> None:
    english, other = getattr(catalogue("en"), part), getattr(catalogue(code), part)
    assert english.keys() == other.keys()
    assert {key: fields(text) for key, text in other.items()} == {key: fields(text) for key, text in english.items()}
    assert [key for key, text in other.items() if not text] == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_no_row_has_a_title(code: str) -> None:
    assert catalogue(code).no_rows.keys() == NO_ROWS.keys()


def test_korean_is_korean() -> None:
    korean = catalogue("ko")
    told = {**korean.words, **korean.checks, **korean.no_rows, **korean.roles}
    assert [key for key, text in told.items() if not HANGUL.search(text)] == []


def test_no_two_checks_have_one_title() -> None:
    for code in languages():
        titles = list(catalogue(code).checks.values())
        assert {title for title in titles if titles.count(title) > 1} == set()


def test_every_service_has_a_name() -> None:
    folders = {folder.name for folder in (ROOT / "tests").iterdir() if any(folder.glob("test_*.py"))}
    assert folders == catalogue("en").services.keys() == set(SERVICES)


def test_every_word_is_used() -> None:
    unused = [key for key in catalogue("en").words if not re.search(rf"\b{key}\b", TEMPLATES)]
    assert unused == []
