import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.core import private_folder
from fixtures.core.private_folder import PREFIX, PrivateFolder, remove_dead

LONG_AGO = (1, 1)
HOLD = """
import sys
from pathlib import Path
from fixtures.core import private_folder
private_folder.PARENT = Path(sys.argv[1])
print(private_folder.PrivateFolder().path, flush=True)
input()
"""


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(private_folder, "PARENT", tmp_path)
    return tmp_path


def test_a_folder_is_its_users_alone_and_goes_with_what_is_in_it() -> None:
    folder = PrivateFolder()
    (folder.path / "key").touch()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.remove()
    assert not folder.path.exists()


def test_a_folder_that_is_held_stays() -> None:
    folder = PrivateFolder()
    os.utime(folder.path, LONG_AGO)
    remove_dead()
    assert folder.path.exists()
    folder.remove()


def test_the_folder_of_a_killed_run_is_removed(parent: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLD, parent], stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip())
        (folder / "key").touch()
        os.utime(folder, LONG_AGO)
        remove_dead()
        assert folder.exists()
        run.send_signal(signal.SIGKILL)
    remove_dead()
    assert not folder.exists()


def test_a_folder_that_was_just_made_stays(parent: Path) -> None:
    (parent / f"{PREFIX}new").mkdir()
    remove_dead()
    assert (parent / f"{PREFIX}new").exists()


def test_what_is_another_users_stays(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (parent / f"{PREFIX}old").mkdir()
    os.utime(parent / f"{PREFIX}old", LONG_AGO)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    remove_dead()
    assert (parent / f"{PREFIX}old").exists()
