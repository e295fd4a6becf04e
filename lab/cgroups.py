"""Control groups of containers on hosts without systemd.

There systemd-nspawn would make groups with common names at the root of the hierarchy.
"""

from pathlib import Path

from lab import pid_namespace
from lab.machines import Machine

_NAME = "openstack-lab"
# Hosts with the unified hierarchy alone, and with the hybrid of both (systemd's cgroup delegation document).
_HIERARCHIES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"))


def hierarchies() -> list[Path]:
    """Return where the hierarchies that containers have groups in begin."""
    return [place for place in _HIERARCHIES if (place / "cgroup.procs").exists()]


def entering(machine: Machine) -> list[str]:
    """Return the words before a command that make it run in control groups of this machine."""
    groups = [folder / machine.name for folder in _folders()]
    for group in groups:
        group.mkdir(parents=True, exist_ok=True)
    # A shell enters and becomes the command: the process ID stays.
    script = 'until [ "$1" = -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
    return ["/bin/sh", "-c", script, "sh", *map(str, groups), "--"]


def present(namespace: str = "") -> list[Path]:
    """Return the lab's control groups; `namespace`: see `remove`."""
    return [folder for folder in _folders(namespace) if folder.exists()]


def remove(namespace: str = "") -> None:
    """Remove the lab's control groups; no process may be left in them.

    Arguments:
        namespace: the PID namespace that the lab was started in, as namespaces(7) has it: pid:[4026531836]; by itself
            that of this process.
    """
    for folder in present(namespace):
        groups = [path for path in folder.rglob("*") if path.is_dir()]
        for group in (*sorted(groups, key=lambda path: len(path.parts), reverse=True), folder):
            group.rmdir()


def _folders(namespace: str = "") -> list[Path]:
    """A lab in a PID namespace of its own (a container, a bare machine) sees the groups of the host's lab, too."""
    return [place / f"{_NAME}{pid_namespace.tag(namespace)}" for place in hierarchies()]
