import multiprocessing
from pathlib import Path

import pytest

from lab import images


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What another recipe has left in the cache."""
    monkeypatch.setattr(images, "CACHE", tmp_path)
    kernel = tmp_path / "kernel" / "of-another-recipe"
    kernel.mkdir(parents=True)
    return kernel


def test_what_other_recipes_left_is_removed(other: Path) -> None:
    images.prune()
    assert not other.exists()


def test_while_labs_elsewhere_may_run_from_it_all_stays(other: Path) -> None:
    with images.in_use():
        process = multiprocessing.get_context("fork").Process(target=images.prune)
        process.start()
        process.join()
    assert process.exitcode == 0
    assert other.exists()
