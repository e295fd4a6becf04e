"""Move OpenStack's projects out of Debian's packages into DevStack's virtual environment (inc/python, setup_devstack_virtualenv).

Their packages are dpkg's no more; what of them is no program stays where it is. The environment may be there already, with
the projects of the package index (lab/roles/pypi); then what stood in their programs' places goes.
"""

import os
import re
import shutil
import venv
from pathlib import Path

PROJECTS = {"cinder", "glance", "keystone", "neutron", "nova", "placement", "swift"}  # Debian's source packages
VENV = Path("/opt/stack/data/venv")
DPKG = Path("/var/lib/dpkg")
MODULES = Path("/usr/lib/python3/dist-packages")
# What a service is run by, or with, on a Debian; DevStack has none of it
DEBIANS_OWN = re.compile(r"/etc/(init\.d|default|logrotate\.d|sudoers\.d|cron\.\w+)/.+|(/usr)?/lib/systemd/system/.+")
PROGRAM = re.compile(r"/usr/s?bin/[^/]+")
# stack.sh: the programs that sudo and the administrator find without the environment
LINKED = ("cinder-manage", "cinder-rtstool", "nova-manage", "privsep-helper")


def main() -> None:
    """Move all of it."""
    if not VENV.exists():
        venv.create(VENV, system_site_packages=True, symlinks=True)
    packages = forgotten_by_dpkg()
    files = {line for package in packages for line in listed(package)}
    site = next(VENV.glob("lib/python3*/site-packages"))
    for top in sorted({Path(file).relative_to(MODULES).parts[0] for file in files if file.startswith(f"{MODULES}/")}):
        if (MODULES / top).exists():
            shutil.move(MODULES / top, site / top)
    # That of oslo.privsep is run as root by rootwrap, and imports what the project tells it to
    for file in (*filter(PROGRAM.fullmatch, sorted(files)), "/usr/bin/privsep-helper"):
        install(Path(file))
    for file in filter(DEBIANS_OWN.fullmatch, sorted(files)):
        remove(Path(file))
    for name in LINKED:
        if (VENV / "bin" / name).exists():
            Path("/usr/local/bin", name).symlink_to(VENV / "bin" / name)
    for project in PROJECTS:
        shutil.rmtree(f"/var/log/{project}", ignore_errors=True)


def forgotten_by_dpkg() -> list[str]:
    """Take the projects' packages out of dpkg's status; their names."""
    status = DPKG / "status"
    stanzas = [
        (dict(re.findall(r"^(\S+): (\S+)", each, re.MULTILINE)), each) for each in status.read_text().split("\n\n")
    ]
    ours = [fields["Package"] for fields, _ in stanzas if fields.get("Source", fields.get("Package")) in PROJECTS]
    status.write_text("\n\n".join(text for fields, text in stanzas if fields.get("Package") not in ours))
    return ours


def listed(package: str) -> list[str]:
    """The files of a package, of which dpkg then knows nothing."""
    info = [*DPKG.glob(f"info/{package}.*"), *DPKG.glob(f"info/{package}:*")]
    lines = [line for file in info if file.suffix == ".list" for line in file.read_text().splitlines()]
    for file in info:
        file.unlink()
    return lines


def install(program: Path) -> None:
    """Move a program into the environment, where the environment's Python runs it, unless it has its own."""
    target = VENV / "bin" / program.name
    if target.exists() or not os.path.lexists(program):
        program.unlink(missing_ok=True)
        return
    shutil.move(program, target)
    if not target.is_symlink() and (text := target.read_bytes()).startswith(b"#!"):
        target.write_bytes(re.sub(rb"\A#! ?/usr/bin/python3\b", f"#!{VENV}/bin/python3".encode(), text))


def remove(file: Path) -> None:
    """Remove a file, and what leads to it or adds to it at boot."""
    for link in (
        *Path("/etc").glob(f"rc?.d/[SK]??{file.name}"),
        *Path("/etc/systemd/system").glob(f"*.wants/{file.name}"),
    ):
        link.unlink()
    file.unlink(missing_ok=True)
    shutil.rmtree(f"/etc/systemd/system/{file.name.removesuffix('.service')}.service.d", ignore_errors=True)


if __name__ == "__main__":
    main()
