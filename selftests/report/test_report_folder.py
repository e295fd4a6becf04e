import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures.report.report_folder import ROOM, folder_problems, foreign
from selftests.nobody import told_to_nobody


def test_a_folder_that_can_be_made_is_no_problem(tmp_path: Path) -> None:
    assert folder_problems("--alluredir=a/b", tmp_path / "a" / "b") == []


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    [told] = folder_problems("--alluredir=a/b", tmp_path / "a" / "b")
    assert told.startswith("--alluredir=a/b: ")
    assert "is no folder. Fix: move it away" in told


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * 2**20, total=2**40))
    [told] = folder_problems("--alluredir=a", tmp_path)
    assert told.startswith(f"--alluredir=a: 3 MiB free in {tmp_path}, {ROOM} are needed. Fix: make room")


@pytest.mark.parametrize("folder", ["/proc/results", "/sys/results"])
def test_a_folder_that_no_disk_is_behind_is_told(folder: str) -> None:
    [told] = folder_problems(f"--alluredir={folder}", Path(folder))
    there = Path(folder).parent
    assert told == f"--alluredir={folder}: nothing can be written in {there}. Fix: choose a folder on a disk"


def test_a_folder_of_others_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    [told] = folder_problems("--alluredir=a", tmp_path)
    assert "is not writable. Fix: chown" in told


def test_a_folder_that_may_not_be_entered_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    [told] = told_to_nobody(folder_problems, "--history=a/b", tmp_path / "closed" / "a" / "b")
    assert told.startswith("--history=a/b: /")
    assert " is not writable. Fix: chown" in told
    assert told_to_nobody(_foreign, tmp_path / "closed" / "a") == []


def _foreign(folder: Path) -> list[str]:
    return [*foreign("", folder)]


@pytest.mark.parametrize("path", ["a" * 300, f"{'a' * 300}/below"])
def test_a_name_that_is_too_long_is_told(path: str, tmp_path: Path) -> None:
    [told] = folder_problems("--report-dir=aaa", tmp_path / path)
    fix = "correct the path, or give another folder"
    assert told == f"--report-dir=aaa: cannot be read: File name too long. Fix: {fix}"
