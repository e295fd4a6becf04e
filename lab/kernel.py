"""Builds the User-Mode-Linux kernel of the lab's machines from Debian's kernel source package.

Debian's own `user-mode-linux` lacks NF_CONNTRACK_ZONES, without which every Neutron port stays DOWN.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

_CONFIG = Path(__file__).with_name("kernel.config")
_SOURCE = "linux-source-6.12"
_STEP = "== kernel: "
_OBJECTS = 1140
"""About as many compile lines as one build writes; counted, only for how_far()."""

_NOT_NEEDED = ("Documentation/*/*", "arch/arm*/boot", "drivers/gpu/drm/amd/include", "tools/testing")
"""Parts of the source tree that no UML build reads: leaving them packed saves time and 300 MB."""

_FP_CODE = "arch/x86/um/os-Linux/registers.c"
_WHOLE_FP_STATE = (
    ("#include <stdlib.h>\n", "#include <stdlib.h>\n#include <string.h>\n"),
    (
        "static int have_xstate_support;\n",
        "static int have_xstate_support;\nstatic unsigned long whole_state[2048];\nstatic size_t whole_size;\n",
    ),
    (
        "\tif (have_xstate_support) {\n"
        "\t\tiov.iov_base = fp_regs;\n"
        "\t\tiov.iov_len = FP_SIZE * sizeof(unsigned long);\n"
        "\t\tif (ptrace(PTRACE_SETREGSET",
        "\tif (have_xstate_support) {\n"
        "\t\tmemcpy(whole_state, fp_regs, FP_SIZE * sizeof(unsigned long));\n"
        "\t\tiov.iov_base = whole_state;\n"
        "\t\tiov.iov_len = whole_size;\n"
        "\t\tif (ptrace(PTRACE_SETREGSET",
    ),
    (
        "\tiov.iov_base = fp_regs;\n"
        "\tiov.iov_len = FP_SIZE * sizeof(unsigned long);\n"
        "\tif (ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &iov) == 0)\n"
        "\t\thave_xstate_support = 1;\n",
        "\tiov.iov_base = whole_state;\n"
        "\tiov.iov_len = sizeof(whole_state);\n"
        "\tif (ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &iov) == 0)\n"
        "\t\thave_xstate_support = 1;\n"
        "\twhole_size = iov.iov_len;\n",
    ),
)
"""A host CPU with AMX has 11 kB of floating point state, and Linux refuses to set less than all of it (EFAULT,
init dies). UML 6.12 keeps the first 2.7 kB, all but AMX's tiles, which a UML process never gets to use:
fill up with their initial state. (Linux 6.13 keeps a state of the host's size.)"""

SOURCES: tuple[Path, ...] = (_CONFIG, Path(__file__))
"""The files whose content decides what is built: the key of a cache."""

HOST_PACKAGES: tuple[str, ...] = (
    "bc", "binutils", "bison", "dpkg-dev", "flex", "gcc", "kmod", "libc6-dev", "make", "perl", "xz-utils",
)  # fmt: skip
"""Debian packages that the building host needs."""


def build(workdir: Path, output: Path, log: Path) -> None:
    """Build the kernel: `output/linux`, stripped, and `output/lib/modules/<version>/`, with depmod's files.

    Both folders are made or emptied first, so a build that was killed leaves nothing behind for the next one.
    All output of the commands is appended to `log`. Takes about 2 GB in `workdir`, which is empty afterwards.

    Raises subprocess.CalledProcessError where a command fails, RuntimeError where Kconfig dropped an option
    or the source has changed so much that its mend does not fit.
    """
    _empty(workdir)
    _empty(output)
    log.parent.mkdir(parents=True, exist_ok=True)
    tree = _unpacked_source(workdir, log)
    _mend_fp_code(tree / _FP_CODE)
    _configure(tree, log)
    _step(log, "compiling")
    _make(tree, log, f"-j{os.cpu_count() or 1}")
    _install(tree, output, log)
    _empty(workdir)
    _step(log, "done")


def how_far(log: Path) -> str:
    """Say in a few words how far the build that writes `log` is: "compiling 812 of about 1140"."""
    text = log.read_text(errors="replace") if log.exists() else ""
    _, found, latest = text.rpartition(_STEP)
    if not found:
        return "not started"
    step = latest.partition("\n")[0]
    if step != "compiling":
        return step
    return f"compiling {_compiled(latest)} of about {_OBJECTS}"


def _compiled(text: str) -> int:
    return len(re.findall(r"^ +CC ", text, re.MULTILINE))


def _unpacked_source(workdir: Path, log: Path) -> Path:
    _step(log, "downloading the source")
    # apt's own user may not write into the work folder.
    _run(workdir, log, "apt-get", "-o", "APT::Sandbox::User=root", "download", _SOURCE)
    (package,) = workdir.glob(f"{_SOURCE}_*.deb")
    _step(log, "unpacking the source")
    _run(workdir, log, "dpkg-deb", "-x", package.name, ".")
    excludes = [f"--exclude={_SOURCE}/{path}" for path in _NOT_NEEDED]
    _run(workdir, log, "tar", "-xf", f"usr/src/{_SOURCE}.tar.xz", "--anchored", *excludes)
    return workdir / _SOURCE


def _mend_fp_code(path: Path) -> None:
    text = path.read_text()
    for old, new in _WHOLE_FP_STATE:
        if text.count(old) != 1:
            raise RuntimeError(f"{path.name} of {_SOURCE} has changed: not found once: {old!r}")
        text = text.replace(old, new)
    path.write_text(text)


def _configure(tree: Path, log: Path) -> None:
    _step(log, "configuring")
    _make(tree, log, f"KCONFIG_ALLCONFIG={_CONFIG.resolve()}", "alldefconfig")
    dropped = _dropped(_CONFIG.read_text(), (tree / ".config").read_text())
    if dropped:
        raise RuntimeError(f"{_CONFIG.name}: Kconfig of {_SOURCE} did not take {', '.join(dropped)}")


def _dropped(wanted: str, configured: str) -> list[str]:
    """Lines of the fragment that do not hold in the full configuration."""
    settings = re.findall(r"^CONFIG_\w+=.*$", configured, re.MULTILINE)
    names = {setting.partition("=")[0] for setting in settings}
    lost = set(re.findall(r"^CONFIG_\w+=.*$", wanted, re.MULTILINE)) - set(settings)
    still_on = set(re.findall(r"^# (CONFIG_\w+) is not set$", wanted, re.MULTILINE)) & names
    return sorted(lost) + sorted(f"{name}=n" for name in still_on)


def _install(tree: Path, output: Path, log: Path) -> None:
    _step(log, "installing")
    _make(tree, log, f"INSTALL_MOD_PATH={output.resolve()}", "INSTALL_MOD_STRIP=1", "modules_install")
    for link in output.glob("lib/modules/*/build"):
        link.unlink()
    _run(tree, log, "strip", "-o", str(output.resolve() / "linux"), "linux")


def _make(tree: Path, log: Path, *arguments: str) -> None:
    # Fixed names: the banner shall not name the host and the user that built it. Nice: the packages, built
    # beside it, are what the whole build waits for.
    _run(tree, log, "nice", "make", "ARCH=um", "KBUILD_BUILD_USER=lab", "KBUILD_BUILD_HOST=lab", *arguments)


def _run(folder: Path, log: Path, *command: str) -> None:
    # A build whose starter is killed ends too, instead of writing into the folder of the next one.
    tied = ("setpriv", "--pdeathsig", "TERM", *command)
    with log.open("ab") as sink:
        subprocess.run(tied, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, check=True)


def _step(log: Path, name: str) -> None:
    with log.open("a") as sink:
        sink.write(f"{_STEP}{name}\n")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
