"""Configuring a machine: the files and setup scripts of its roles, with the values of this build."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lab.chroot import layered, prepared, run_in
from lab.command import run
from lab.machines import Machine, has_tls, networks
from lab.paths import LAB

_ROLES = LAB / "roles"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def values_for(machine: Machine, machines: Iterable[Machine], passwords: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for the placeholders in a machine's files; its setup scripts get the same as variables."""
    everyone = list(machines)
    management, provider = networks()["management"], networks()["provider"]
    last = int(machine.address.rsplit(".", 1)[1])
    return {
        **passwords,
        "HOSTNAME": machine.name,
        "MY_IP": machine.address,
        "CONTROLLER_IP": next((each.address for each in everyone if "controller" in each.roles), ""),
        "HOSTS": "\n".join(f"{each.address} {each.name}" for each in everyone),
        "COMPUTES": " ".join(each.name for each in everyone if "compute" in each.roles),
        "MANAGEMENT_CIDR": str(management.cidr),
        "MANAGEMENT_PREFIX": str(management.cidr.prefixlen),
        "MANAGEMENT_MAC": f"52:54:00:00:00:{last:02x}",
        "PROVIDER_MAC": f"52:54:00:00:01:{last:02x}",
        "PROVIDER_CIDR": str(provider.cidr),
        "PROVIDER_GATEWAY": provider.runner,
        "PROVIDER_FIRST": provider.pool[0],
        "PROVIDER_LAST": provider.pool[1],
        # What the port of an API follows in its public endpoint; see lab/roles/tls.
        "PUBLIC": "https://controller:1" if has_tls(everyone) else "http://controller:",
    }


def configure(
    layer: Path, lower: Sequence[Path], machine: Machine, values: Mapping[str, str], keys: Path, log: Path
) -> None:
    """Write a machine's configuration into `layer`, over the trees in `lower` (topmost first).

    Arguments:
        keys: folder with `runner/`, `hostkeys/` and `nova/`.

    Raises:
        subprocess.CalledProcessError: a setup script failed.
    """
    with layered(lower, layer, log) as tree, prepared(tree, log):
        for role in machine.roles:
            _write_files(_ROLES / role / "files", tree, values)
        _run_setups(tree, machine, values, keys, log)


def _write_files(source: Path, tree: Path, values: Mapping[str, str]) -> None:
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        target = tree / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode
        target.write_text(_PLACEHOLDER.sub(lambda match: values[match[1]], file.read_text()))
        target.chmod(mode & 0o755)


def _run_setups(tree: Path, machine: Machine, values: Mapping[str, str], keys: Path, log: Path) -> None:
    workshop = tree / "setup"
    shutil.copytree(keys, workshop)
    for role in machine.roles:
        if (_ROLES / role / "setup").exists():
            shutil.copytree(_ROLES / role, workshop / role)
            run_in(tree, [f"/setup/{role}/setup"], log, values, network=False)
    shutil.rmtree(workshop)


def write_disk(disk: Path, layers: Sequence[Path], modules: Path, size: int, log: Path) -> None:
    """Make the root disk of a machine with a kernel of its own.

    Arguments:
        disk: the file to write.
        layers: the machine's trees, topmost first.
        modules: the kernel's `lib/modules`.
        size: MiB.
    """
    with layered(layers, disk.with_suffix(".upper"), log) as tree:
        run(["cp", "-a", modules, tree / "usr/lib/"], log)
        (tree / "etc/fstab").write_text("/dev/ubda / ext4 noatime 0 1\n")
        # No journal: these disks are thrown away with the machine.
        run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-L", "root", "-d", tree, disk, f"{size}M"], log)
    shutil.rmtree(disk.with_suffix(".upper"))
