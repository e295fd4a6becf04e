"""Builds the guest's kernel from Debian's kernel source package.

Debian's own cloud kernel would do, but not on an emulated processor: loading its 14 MB through the BIOS and
unpacking them takes longer than the whole boot with this one, and a guest of 64 MiB cannot hold it at all.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from lab.command import run

_CONFIG = Path(__file__).with_name("kernel.config")
_SOURCE = "linux-source-6.1"
# Parts of the source tree that an x86 build does not read: leaving them packed saves time and space.
_NOT_NEEDED = ("Documentation/*/*", "arch/arm/boot", "arch/arm64/boot", "drivers/gpu/drm/amd/include")

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


def build(workdir: Path, log: Path) -> Path:
    """Build the kernel in `workdir`, an existing folder, and return the file to boot.

    Takes about 1.5 GB and some CPU minutes.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
        RuntimeError: the kernel's configuration language dropped an option that kernel.config asks for.
    """
    tree = _unpacked_source(workdir, log)
    _configure(tree, log)
    _make(tree, log, f"-j{os.cpu_count() or 1}", "bzImage")
    return tree / "arch/x86/boot/bzImage"


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
