"""The suites of Debian that a cloud can be made of, beside the host's own.

The tree of the host's own suite is made by lab/layers.py, a change of which builds every cloud anew.
"""

from pathlib import Path

from lab import apt, layers
from lab.chroot import prepared
from lab.command import run

HOST = "bookworm"
# What apt has of a suite, after its name. Backports are left out: those of an old suite are gone from the mirrors.
_PARTS = ("", "-updates", "-security")
_COMPONENT = "main"
# No longer updated: what its indices say of how long they are valid is over (sources.list(5), check-valid-until), and its security archive
# names packages that it has no more.
_ENDED = ("bullseye",)


def build_base(suite: str, layer: Path, log: Path) -> None:
    """Make the tree that every machine of this suite stands on; raises CalledProcessError."""
    if suite == HOST:
        layers.build_base(layer, log)
        return
    lines = layer.with_name(layer.name + ".list")
    layer.parent.mkdir(parents=True, exist_ok=True)
    lines.write_text(sources(suite))
    options = [f"--dpkgopt={line}" for line in layers._DPKG.splitlines()]
    run(
        [
            "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--skip=cleanup/apt",
            "--include=eatmydata", *options, suite, layer, lines,
        ],
        log,
    )  # fmt: skip
    (layer / "etc/dpkg/dpkg.cfg.d/lab").write_text(layers._DPKG)
    # Nothing may start inside a build: Debian's policy-rc.d interface, status 101 forbids the action.
    layers._script(layer / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
    with prepared(layer, log):
        layers._install(layer, layers.packages(roles(suite)), log)
    lines.unlink()


def roles(suite: str) -> tuple[str, ...]:
    """Return the folders of lab/roles with the packages of every machine of a suite."""
    return ("base",) if suite == HOST else ("base", suite)


def sources(suite: str) -> str:
    """Return a sources.list of a suite, from where the host takes its own (apt-get(8), indextargets)."""
    host = (line.split() for line in apt.sources().splitlines())
    option = ["[check-valid-until=no]"] if suite in _ENDED else []
    parts = _PARTS[:1] if suite in _ENDED else _PARTS
    lines = [
        " ".join([kind, *option, uri, named.replace(HOST, suite, 1), component])
        for kind, uri, named, component in host
        if component == _COMPONENT and named in {HOST + part for part in parts}
    ]
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))
