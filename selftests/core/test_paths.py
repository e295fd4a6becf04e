import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.core.paths import MAY_NOT_BE_READ, expanded, is_there, why_no_file, why_not_there, why_unseen
from selftests.nobody import told_to_nobody

TOO_LONG = "a" * 300


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").touch()
    return tmp_path / "file"


def test_a_file_is_there(file: Path) -> None:
    assert (why_unseen(file), why_not_there(file), why_no_file(file), is_there(file)) == ("", "", "", True)


def test_a_folder_is_no_file(file: Path) -> None:
    assert (why_not_there(file.parent), why_no_file(file.parent)) == ("", "not a file")


@pytest.mark.parametrize("name", ["nothing", "file/below"])
def test_what_is_not_there_can_be_known(file: Path, name: str) -> None:
    path = file.parent / name
    assert (why_unseen(path), why_not_there(path), is_there(path)) == ("", "no such file", False)


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / TOO_LONG / "below"
    assert why_no_file(path) == why_unseen(path) == "cannot be read: File name too long"
    assert not is_there(path)


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    assert "Too many levels of symbolic links" in why_no_file(tmp_path / "link")


def test_no_file_can_be_called_so(tmp_path: Path) -> None:
    assert "null" in why_no_file(tmp_path / "a\0b")


@pytest.mark.parametrize("ask", [why_unseen, why_not_there, why_no_file])
def test_a_folder_that_may_not_be_entered_is_told(ask: Callable[[Path], str], tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert told_to_nobody(ask, tmp_path / "closed" / "file") == MAY_NOT_BE_READ
    assert not told_to_nobody(is_there, tmp_path / "closed" / "file")


def test_a_file_that_may_not_be_read_is_told(file: Path) -> None:
    file.chmod(0)
    assert told_to_nobody(why_no_file, file) == MAY_NOT_BE_READ


def test_a_home_that_nobody_has_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/x") == Path("/home/me/x")
    assert expanded("~nosuchuser/x") == Path("~nosuchuser/x")
    assert why_no_file(expanded("~nosuchuser/x")) == "no such file"
    assert expanded(Path(os.sep)) == Path(os.sep)
