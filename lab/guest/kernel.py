"""Builds the guest's kernel from Debian's kernel source package.

Debian's own cloud kernel would do, but not on an emulated processor: loading its 14 MB through the BIOS and
unpacking them takes longer than the whole boot with this one, and a guest of 64 MiB cannot hold it at all.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from lab.command import run

_CONFIG = Path(__file__).with_name("kernel.config")
_SOURCE = "linux-source-6.1"
# Parts of the source tree that an x86 build does not read: leaving them packed saves time and space.
_NOT_NEEDED = ("Documentation/*/*", "arch/arm/boot", "arch/arm64/boot", "drivers/gpu/drm/amd/include")

_OBJECTS = 1010
"""About as many compile lines as one build writes; counted, only for how_far()."""

SOURCES: tuple[Path, ...] = (Path(__file__), _CONFIG)
HOST_PACKAGES: tuple[str, ...] = (
    "bc",
    "binutils",
    "bison",
    "dpkg",
    "flex",
    "gcc",
    "libc6-dev",
    "libelf-dev",
    "lz4",
    "make",
    "perl",
    "xz-utils",
)


def build(workdir: Path, output: Path, log: Path) -> None:
    """Build the kernel and write the file to boot to `output`.

    Args:
        workdir: a folder that only this function uses; emptied first, about 1.5 GB.
        output: the file to write.
        log: the file to which the output of all commands is appended.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
        RuntimeError: the kernel's configuration language dropped an option that kernel.config asks for.
    """
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    tree = _unpacked_source(workdir, log)
    _configure(tree, log)
    _make(tree, log, f"-j{os.cpu_count() or 1}", "bzImage")
    shutil.copy(tree / "arch/x86/boot/bzImage", output)


def how_far(log: Path) -> str:
    """Say in a few words how far the build that writes `log` is, for example "compiling 812 of about 1000"."""
    compiled = len(re.findall(r"^ +(?:CC|AS) ", log.read_text(errors="replace"), re.MULTILINE))
    return f"compiling {compiled} of about {_OBJECTS}" if compiled else "unpacking the source"


def _unpacked_source(workdir: Path, log: Path) -> Path:
    download(workdir, (_SOURCE,), log)
    (package,) = workdir.glob(f"{_SOURCE}_*.deb")
    run(("dpkg-deb", "-x", package, workdir), log)
    excludes = [f"--exclude={_SOURCE}/{path}" for path in _NOT_NEEDED]
    run(("tar", "-C", workdir, "-xf", workdir / f"usr/src/{_SOURCE}.tar.xz", "--anchored", *excludes), log)
    return workdir / _SOURCE


def download(folder: Path, packages: tuple[str, ...], log: Path) -> None:
    """Download Debian packages into `folder`, without installing them.

    Raises:
        subprocess.CalledProcessError: a package is not there or cannot be fetched.
    """
    # As root, because apt's own user may not write into the folder.
    run(("env", "-C", folder, "apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages), log)


def _configure(tree: Path, log: Path) -> None:
    _make(tree, log, f"KCONFIG_ALLCONFIG={_CONFIG.resolve()}", "allnoconfig")
    configured = set((tree / ".config").read_text().splitlines())
    dropped = [line for line in _wanted() if line not in configured]
    if dropped:
        raise RuntimeError(f"{_CONFIG}: the configuration of {_SOURCE} did not take {', '.join(dropped)}")


def _wanted() -> list[str]:
    return re.findall(r"^(?:CONFIG_\w+=.*|# CONFIG_\w+ is not set)$", _CONFIG.read_text(), re.MULTILINE)


def _make(tree: Path, log: Path, *arguments: str) -> None:
    # Fixed names: the banner shall not name the host and the user that built it. Nice: the packages, built
    # beside it, are what the whole build waits for.
    run(("nice", "make", "-C", tree, "KBUILD_BUILD_USER=lab", "KBUILD_BUILD_HOST=lab", *arguments), log)
