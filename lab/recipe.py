"""What a build depends on, as short keys: a changed recipe has another key, an unchanged one never."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from lab import kernel, layers, suites, virtualenv
from lab.guest import build as guest
from lab.guest import kernel as guest_kernel
from lab.machines import Machine, machines, networks
from lab.paths import LAB


def _key(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def _contents(files: Iterable[Path]) -> list[str | bytes]:
    return [part for file in sorted(files) for part in (str(file.relative_to(LAB)), file.read_bytes())]


def kernel_key() -> str:
    """Return the key of the user-mode kernel."""
    return _key(*_contents(kernel.SOURCES))


def guest_kernel_key() -> str:
    """Return the key of the guest's kernel."""
    return _key(*_contents(guest_kernel.SOURCES))


def guest_key() -> str:
    """Return the key of the guest image."""
    return _key(guest_kernel_key(), *_contents(guest.SOURCES))


def base_key(suite: str) -> str:
    """Return the key of the tree that every machine of a suite of Debian stands on."""
    packages, code = layers.packages(suites.roles(suite)), [LAB / "layers.py"]
    if suite == suites.HOST:
        return _key(*packages, *_contents(code))
    return _key(suite, *packages, *_contents([*code, LAB / "suites.py"]))


def packages_key(machine: Machine) -> str:
    """Return the key of the packages of a machine."""
    return _key(base_key(machine.debian), *layers.packages(machine.roles))


def environment_key(machine: Machine) -> str:
    """Return the key of a machine's virtual environment; empty if none is built for it."""
    lines = virtualenv.requirements(machine.roles)
    return _key(base_key(machine.debian), *lines, *_contents([LAB / "virtualenv.py"])) if lines else ""


def cloud_key(cloud: str | None) -> str:
    """Return the key of a cloud's configured machines: what each is, its roles, and all that they stand on."""
    everyone = machines(cloud).values()
    used = {role for machine in everyone for role in machine.roles}
    roles = [path for role in used for path in (LAB / "roles" / role).rglob("*") if path.is_file()]
    made = [path for path in roles if path.stem != "faults"]
    code = [LAB / "configure.py", LAB / "images.py"]
    shape = [*map(repr, everyone), *map(repr, networks(cloud).values())]
    trees = [key for machine in everyone for key in (packages_key(machine), environment_key(machine)) if key]
    return _key(kernel_key(), *shape, *trees, *_contents([*made, *code]))
