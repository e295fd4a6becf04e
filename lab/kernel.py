"""Builds the User-Mode-Linux kernel of the lab's machines.

Debian's own `user-mode-linux` lacks NF_CONNTRACK_ZONES, without which every Neutron port stays DOWN.
"""

from pathlib import Path

from lab import linux
from lab.command import run

_CONFIG = Path(__file__).with_name("kernel.config")
_OBJECTS = 1140
"""About as many compile lines as one build writes; counted, only for how_far()."""

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

SOURCES: tuple[Path, ...] = (_CONFIG, Path(__file__), Path(linux.__file__))
"""The files whose content decides what is built: the key of a cache."""


def build(tree: Path, workdir: Path, output: Path, log: Path) -> None:
    """Build the kernel: `output/linux`, stripped, and `output/lib/modules/<version>/`, with depmod's files.

    Arguments:
        tree: the source, from linux.unpack; a file of UML alone is mended in it.
        workdir: an empty folder, about 500 MB.
        output: an empty folder.
        log: the file to which the output of all commands is appended.

    Raises:
        subprocess.CalledProcessError: a command failed.
        RuntimeError: Kconfig dropped an option, or the source has changed so much that its mend does not fit.
    """
    _mend_fp_code(tree / _FP_CODE)
    linux.configure(tree, workdir, _CONFIG, "alldefconfig", log, "ARCH=um")
    linux.make(tree, workdir, log, "ARCH=um")
    _install(tree, workdir, output, log)


def how_far(log: Path) -> str:
    """Say in a few words how far the build that writes `log` is."""
    return linux.how_far(log, _OBJECTS)


def _mend_fp_code(path: Path) -> None:
    text = path.read_text()
    for old, new in _WHOLE_FP_STATE:
        if text.count(old) != 1:
            raise RuntimeError(f"{path.name} of {linux.SOURCE} has changed: not found once: {old!r}")
        text = text.replace(old, new)
    path.write_text(text)


def _install(tree: Path, workdir: Path, output: Path, log: Path) -> None:
    install = (f"INSTALL_MOD_PATH={output}", "INSTALL_MOD_STRIP=1", "modules_install")
    linux.make(tree, workdir, log, "ARCH=um", *install)
    for link in output.glob("lib/modules/*/build"):
        link.unlink()
    run(("strip", "-o", output / "linux", workdir / "linux"), log)
