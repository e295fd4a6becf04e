"""Linux from Debian's kernel source package: one tree, from which each kernel is built in a folder of its own."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from lab.command import run

SOURCE = "linux-source-6.12"
# What neither a UML nor a small x86 build reads: leaving it packed saves time and 300 MB.
_NOT_NEEDED = ("Documentation/*/*", "arch/arm*/boot", "drivers/gpu/drm/amd/include", "tools/testing")

HOST_PACKAGES: tuple[str, ...] = (
    "bc", "binutils", "bison", "dpkg", "dpkg-dev", "flex", "gcc", "kmod", "libc6-dev", "libelf-dev", "lz4", "make",
    "perl", "xz-utils",
)  # fmt: skip
"""Debian packages that the building host needs."""


def unpack(workdir: Path, log: Path) -> Path:
    """Download the source package into `workdir`, an empty folder, and unpack it; return the tree, about 1.5 GB.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
    """
    download(workdir, (SOURCE,), log)
    (package,) = workdir.glob(f"{SOURCE}_*.deb")
    run(("dpkg-deb", "-x", package, workdir), log)
    excludes = [f"--exclude={SOURCE}/{path}" for path in _NOT_NEEDED]
    run(("tar", "-C", workdir, "-xf", workdir / f"usr/src/{SOURCE}.tar.xz", "--anchored", *excludes), log)
    return workdir / SOURCE


def download(folder: Path, packages: Sequence[str], log: Path) -> None:
    """Download Debian packages into `folder`, without installing them.

    Raises:
        subprocess.CalledProcessError: a package is not there or cannot be fetched.
    """
    # As root, because apt's own user may not write into the folder.
    run(("env", "-C", folder, "apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages), log)


def configure(tree: Path, output: Path, fragment: Path, target: str, log: Path, *variables: str) -> None:
    """Configure a kernel that is built in `output` with what `fragment` asks for over a target of Kconfig.

    Arguments:
        target: `alldefconfig` or `allnoconfig`.
        variables: for make, such as `ARCH=um`.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
        RuntimeError: Kconfig dropped a line of the fragment.
    """
    make(tree, output, log, f"KCONFIG_ALLCONFIG={fragment.resolve()}", target, *variables)
    if dropped := _dropped(fragment.read_text(), (output / ".config").read_text()):
        raise RuntimeError(f"{fragment}: Kconfig of {SOURCE} did not take {', '.join(dropped)}")


def _dropped(wanted: str, configured: str) -> list[str]:
    """Lines of the fragment that do not hold in the full configuration; what is off may be missing there."""
    settings = set(re.findall(r"^CONFIG_\w+=.*$", configured, re.MULTILINE))
    on = {setting.partition("=")[0] for setting in settings}
    lost = set(re.findall(r"^CONFIG_\w+=.*$", wanted, re.MULTILINE)) - settings
    still_on = set(re.findall(r"^# (CONFIG_\w+) is not set$", wanted, re.MULTILINE)) & on
    return sorted(lost) + sorted(f"{name}=n" for name in still_on)


def make(tree: Path, output: Path, log: Path, *arguments: str) -> None:
    """Run make on every processor, with the result in `output`; raises subprocess.CalledProcessError."""
    # Fixed names: the banner shall not name the host and the user that built it. Nice: the packages, built
    # beside it, are what the whole build waits for.
    command = ("nice", "make", "-C", tree, f"O={output}", f"-j{os.cpu_count() or 1}")
    run((*command, "KBUILD_BUILD_USER=lab", "KBUILD_BUILD_HOST=lab", *arguments), log)


def how_far(log: Path, objects: int) -> str:
    """Say in a few words how far the build that writes `log` is: "compiled 812 of about 1140"."""
    compiled = len(re.findall(r"^ +(?:CC|AS) ", log.read_text(errors="replace"), re.MULTILINE))
    return f"compiled {compiled} of about {objects}" if compiled else "waiting for the source"
