import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures.report.report_folder import ROOM, folder_problems


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
