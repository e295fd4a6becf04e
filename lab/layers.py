"""The file trees that machines are made of: Debian, then the packages of the roles, then their configuration."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from lab import apt
from lab.chroot import layered, prepared, run_in
from lab.command import run
from lab.paths import LAB

_APT_GET = ("eatmydata", "apt-get", "--quiet", "--yes", "--no-install-recommends")
_DEBIAN = "bookworm"
# Documentation is left out: half the files, none of the product.
_DPKG = """path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/info/*
force-unsafe-io
"""


def packages(roles: Iterable[str]) -> list[str]:
    """Return the packages that these roles install, each once, in order."""
    files = (file for role in roles if (file := LAB / "roles" / role / "packages").exists())
    lines = (line.strip() for file in files for line in file.read_text().splitlines())
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def build_base(layer: Path, log: Path) -> None:
    """Make the tree every machine stands on; raises CalledProcessError."""
    sources = layer.with_name(layer.name + ".list")
    layer.parent.mkdir(parents=True, exist_ok=True)
    sources.write_text(apt.sources())
    options = [f"--dpkgopt={line}" for line in _DPKG.splitlines()]
    run(
        [
            "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--skip=cleanup/apt",
            "--include=eatmydata", *options, _DEBIAN, layer, sources,
        ],
        log,
    )  # fmt: skip
    (layer / "etc/dpkg/dpkg.cfg.d/lab").write_text(_DPKG)
    # Nothing may start inside a build: Debian's policy-rc.d interface, status 101 forbids the action.
    _script(layer / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
    with prepared(layer, log):
        _install(layer, packages(["base"]), log)
    sources.unlink()


def build_packages(layer: Path, base: Path, roles: Sequence[str], log: Path) -> None:
    """Install the packages of the roles over `base`; raises CalledProcessError."""
    with layered([base], layer, log) as tree, prepared(tree, log):
        _install(tree, packages(roles), log)


def _install(tree: Path, names: Sequence[str], log: Path) -> None:
    run_in(tree, [*_APT_GET, "install", *names], log)


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def remove(layer: Path) -> None:
    """Remove a tree that was not finished."""
    shutil.rmtree(layer, ignore_errors=True)
