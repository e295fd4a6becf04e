"""DevStack's virtual environment out of the package index that the host's pip uses: one tree for all machines of a cloud."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from lab.chroot import layered, prepared, run_in
from lab.layers import _APT_GET
from lab.paths import LAB

VENV = Path("opt/stack/data/venv")
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# Where pip looks for its settings, below / (pip's documentation, Configuration): with them the build reaches the index as the host does.
_SETTINGS = ("etc/pip.conf", "etc/xdg/pip", "root/.config/pip", "root/.pip", _CERTIFICATES)


def requirements(roles: Iterable[str]) -> list[str]:
    """Return what these roles install with pip, in order (`requirements` of a role)."""
    files = (file for role in roles if (file := LAB / "roles" / role / "requirements").exists())
    return [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]


def build(layer: Path, base: Path, lines: Iterable[str], log: Path) -> None:
    """Make a tree with the environment alone; what it takes to make it is thrown away. Raises CalledProcessError."""
    scratch = layer.with_name(layer.name + ".scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    with layered([base], scratch, log) as tree, prepared(tree, log):
        _copy_settings(Path("/"), tree)
        (tree / "run/requirements").write_text("".join(f"{line}\n" for line in lines))
        run_in(tree, [*_APT_GET, "install", "python3-venv"], log)
        run_in(tree, ["python3", "-m", "venv", "--system-site-packages", f"/{VENV}"], log)
        # The versions are complete, and none of Debian's stands for one of them.
        install = ["install", "--no-deps", "--ignore-installed", "--requirement", "/run/requirements"]
        run_in(tree, [f"/{VENV}/bin/pip", "--no-cache-dir", *install], log)
    (layer / VENV).parent.mkdir(parents=True)
    os.rename(scratch / VENV, layer / VENV)
    shutil.rmtree(scratch)


def _copy_settings(host: Path, tree: Path) -> None:
    for place in _SETTINGS:
        if (host / place).is_dir():
            shutil.copytree(host / place, tree / place, dirs_exist_ok=True)
        elif (host / place).exists():
            (tree / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(host / place, tree / place)
