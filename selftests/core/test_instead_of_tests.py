from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.instead_of_tests import OURS, PYTESTS, asks_for_help, pytest_cmdline_main
from fixtures.core.listings import LISTINGS
from selftests import ROOT
from selftests.test_command_line import problems

ALL = OURS | PYTESTS


def begin(*options: str, **others: object) -> None:
    """As far as pytest comes with these."""
    config: Any = SimpleNamespace(option=SimpleNamespace(**{ALL[option]: "given" for option in options}, **others))
    next(pytest_cmdline_main(config))


@pytest.mark.parametrize("option", ALL)
def test_one_is_done(option: str) -> None:
    begin(option)


@pytest.mark.parametrize("pair", combinations(ALL, 2), ids=" ".join)
def test_of_two_one_of_which_is_ours_none_is(pair: tuple[str, str]) -> None:
    if OURS.keys().isdisjoint(pair):
        begin(*pair)
        return
    with pytest.raises(pytest.UsageError, match=f"^{' '.join(pair)}: each is done instead of running tests. Fix: "):
        begin(*pair)


def test_help_goes_before_all() -> None:
    begin("--sweep", "--doctor", help=True)


def test_each_listing_is_known() -> None:
    helps = {name for name in LISTINGS if asks_for_help(SimpleNamespace(option=SimpleNamespace(**{name: True})))}  # type: ignore[arg-type]  # it reads nothing else
    assert {*ALL.values(), *helps} == {*LISTINGS}


def test_the_suite_refuses_two_and_writes_nothing(tmp_path: Path) -> None:
    [told] = problems("--sweep", "--write-cloud-file=mine.toml", str(ROOT / "tests"), cwd=tmp_path)
    assert told.startswith("--sweep --write-cloud-file: ")
    assert not (tmp_path / "mine.toml").exists()
