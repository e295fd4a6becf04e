"""Mounts and loop devices below the lab's folders, and removing a tree without crossing a mount."""

import os
import re
import subprocess
import time
from pathlib import Path

from lab.errors import LabError
from lab.processes import run

_OCTAL = re.compile(r"\\([0-7]{3})")
_PATIENCE = 5.0  # seconds in which a mount may stay busy after its last process was ended


def below(folder: Path) -> list[Path]:
    """Return the mount points below a folder, the latest mount first (proc(5), mountinfo).

    Not the folder itself: a user may keep the cache on a disk of its own.
    """
    return [path for path in _points() if folder in path.parents]


def is_mounted(folder: Path) -> bool:
    """Say whether something is mounted on a folder; unlike Path.is_mount() also a folder bound to itself."""
    return folder in _points()


def _points() -> list[Path]:
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), point)) for point in reversed(points)]


def unmount_below(folder: Path) -> None:
    """Unmount everything below a folder; what stays busy is detached."""
    deadline = time.monotonic() + _PATIENCE
    while points := below(folder):
        lazy = ["--lazy"] if time.monotonic() > deadline else []
        for point in points:
            subprocess.run(["umount", "--no-mtab", *lazy, str(point)], capture_output=True, check=False)
        if time.monotonic() > deadline + _PATIENCE:
            raise LabError(f"cannot unmount {points[0]}: end what uses it (fuser -vm {points[0]})")
        time.sleep(0.05)


def loops_below(folder: Path) -> list[str]:
    """Return the loop devices whose backing file lies below a folder."""
    files = Path("/sys/block").glob("loop*/loop/backing_file")
    return [f"/dev/{file.parts[3]}" for file in files if _backing_file(file).is_relative_to(folder)]


def _backing_file(file: Path) -> Path:
    try:
        return Path(os.fsdecode(file.read_bytes().rstrip(b"\n")))
    except OSError:  # detached meanwhile
        return Path()


def detach_loops_below(folder: Path) -> None:
    """Detach the loop devices whose backing file lies below a folder; raises CalledProcessError if one cannot be."""
    for device in loops_below(folder):
        try:
            run("losetup", "--detach", device)
        except subprocess.CalledProcessError:
            if device in loops_below(folder):
                raise


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it; raises LabError rather than reach into a mount."""
    if points := below(folder):
        raise LabError(f"not removing {folder}: {points[0]} is still mounted")
    if not folder.exists():
        return
    if contents := [str(path) for path in folder.iterdir()]:
        run("rm", "--recursive", "--force", "--one-file-system", *contents)
    if not is_mounted(folder):
        folder.rmdir()
