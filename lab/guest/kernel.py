"""Builds the guest's kernel.

Debian's own cloud kernel would do, but not on an emulated processor: loading its 14 MB through the BIOS and
unpacking them takes longer than the whole boot with this one, and a guest of 64 MiB cannot hold it at all.
"""

import shutil
from pathlib import Path

from lab import linux

_CONFIG = Path(__file__).with_name("kernel.config")
_OBJECTS = 1205
"""About as many compile lines as one build writes; counted, only for how_far()."""

SOURCES: tuple[Path, ...] = (Path(__file__), _CONFIG, Path(linux.__file__))
"""The files whose content decides what is built: the key of a cache."""


def build(tree: Path, workdir: Path, output: Path, log: Path) -> None:
    """Build the kernel and write the file to boot to `output`.

    Arguments:
        tree: the source, from linux.unpack.
        workdir: an empty folder, about 300 MB.
        output: the file to write.
        log: the file to which the output of all commands is appended.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
        RuntimeError: Kconfig dropped an option that kernel.config asks for.
    """
    linux.configure(tree, workdir, _CONFIG, "allnoconfig", log)
    linux.make(tree, workdir, log, "bzImage")
    shutil.copy(workdir / "arch/x86/boot/bzImage", output)


def how_far(log: Path) -> str:
    """Say in a few words how far the build that writes `log` is."""
    return linux.how_far(log, _OBJECTS)
