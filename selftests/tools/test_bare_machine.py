from pathlib import Path

import pytest

from lab import apt, images, map_count
from selftests.tools import bare_machine
from selftests.tools.bare_machine import _environment, _installed

STATUS = """Package: git
Status: install ok installed
Priority: optional

Package: removed
Status: deinstall ok config-files

Package: make
Essential: no
Status: install ok installed
"""


def test_what_dpkg_has_installed_there_is_listed(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    assert _installed(tmp_path) == {"git", "make"}


def test_of_the_callers_variables_only_those_of_the_way_to_the_archives_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OS_PASSWORD", "secret")
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    there = _environment()
    assert there["https_proxy"] == "http://proxy:3128"
    assert not {"OS_PASSWORD", "VIRTUAL_ENV"}.intersection(there)
    assert there["PATH"].startswith("/usr/local/sbin:")


def test_it_has_git_make_and_python_alone() -> None:
    assert bare_machine.PACKAGES == ("git", "make", "python3")


def test_two_that_make_the_root_at_once_do_not_spoil_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both write their own, and each in the end has a whole one."""
    made = iter(("first", "second"))

    def make(*words: str | Path) -> None:
        archive, name = Path(words[-2]), next(made)
        archive.write_text(f"half of the {name}")
        if name == "first":
            assert bare_machine._archive(bare_machine.PACKAGES).read_text() == "the second"
        archive.write_text(f"the {name}")

    monkeypatch.setattr(bare_machine, "FOLDER", tmp_path)
    monkeypatch.setattr(bare_machine, "_tool", make)
    monkeypatch.setattr(apt, "sources", lambda: "deb a b c")
    assert bare_machine._archive(bare_machine.PACKAGES).read_text() == "the first"
    assert len(list(tmp_path.iterdir())) == 1, "nothing else stays"


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of one that was killed while its lab was up, and a kept one."""
    monkeypatch.setattr(bare_machine, "FOLDER", folder := tmp_path / "bare-machine")
    monkeypatch.setattr(images, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(map_count, "FILE", kernel := tmp_path / "max_map_count")
    kernel.write_text(f"{map_count.ENOUGH}")
    root = folder / "root-a"
    (noted := root / map_count.BEFORE.relative_to("/")).parent.mkdir(parents=True)
    noted.write_text("65530")
    for name in ("new-b", "kept-c"):
        (folder / name).mkdir()
    (folder / "bookworm-1.tar").touch()
    return folder


def test_what_one_that_was_killed_has_left_goes_and_its_kernels_setting_too(left: Path, tmp_path: Path) -> None:
    bare_machine.sweep()
    assert {each.name for each in left.iterdir()} == {"kept-c", "bookworm-1.tar"}
    assert (tmp_path / "max_map_count").read_text() == "65530"


def test_while_a_lab_or_another_bare_machine_runs_nothing_is_swept(left: Path) -> None:
    with images.in_use():
        bare_machine.sweep()
    assert (left / "root-a").exists()
