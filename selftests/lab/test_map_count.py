from pathlib import Path

import pytest

from lab import map_count


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The kernel's setting."""
    monkeypatch.setattr(map_count, "FILE", file := tmp_path / "max_map_count")
    monkeypatch.setattr(map_count, "BEFORE", tmp_path / "before")
    file.write_text("65530\n")
    return file


def test_processes_may_have_enough_until_it_is_put_back(kernel: Path) -> None:
    map_count.ensure()
    map_count.ensure()
    assert int(kernel.read_text()) == map_count.ENOUGH
    map_count.put_back()
    map_count.put_back()
    assert int(kernel.read_text()) == 65530


def test_more_stays_more(kernel: Path) -> None:
    kernel.write_text("2000000\n")
    map_count.ensure()
    map_count.put_back()
    assert int(kernel.read_text()) == 2_000_000


def test_where_it_may_not_be_changed_that_is_said(
    kernel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "write_text", refuse)
    map_count.ensure()
    assert "vm.max_map_count stays 65530 (Operation not permitted)" in "".join(capsys.readouterr())
