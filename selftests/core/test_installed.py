from pathlib import Path

from fixtures.core.installed import COPY, is_installed, place_of_results
from selftests import ROOT

HERE = Path("/here")


def test_of_a_checkout_results_are_in_it() -> None:
    assert place_of_results(ROOT, HERE) == ROOT


def test_of_a_checkout_that_is_called_so_too(tmp_path: Path) -> None:
    assert not is_installed(tmp_path.joinpath(*COPY))


def test_what_is_installed_is_not_written_to(tmp_path: Path) -> None:
    root = tmp_path.joinpath(*COPY)
    root.mkdir(parents=True)
    (root.parent / "command.py").touch()
    assert place_of_results(root, HERE) == HERE
