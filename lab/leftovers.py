"""Everything the lab may have left on this machine, also when nobody wrote it down, and removing it."""

import json
from collections.abc import Callable
from pathlib import Path

from lab import cgroups, container, mounts, network, owner, processes
from lab.errors import LabError
from lab.machines import machines
from lab.paths import CACHE, NETNS, STATE
from lab.processes import Process

ETC = Path("/etc/netns") / NETNS  # what `ip netns exec` puts over /etc, ip-netns(8)
_NSPAWN = Path("/run/systemd/nspawn")
# Folders that iproute2 and systemd-nspawn make and never remove, the innermost first.
_SHARED = (
    _NSPAWN / "propagate",
    _NSPAWN / "locks",
    _NSPAWN / "unix-export",
    _NSPAWN,
    Path("/run/systemd"),
    ETC.parent,
    processes.NETNS_FILE.parent,
)
_ABSENT = STATE / "absent"


def remember_absent() -> None:
    """Write down which shared folders are not there before the lab starts: they go with it."""
    if not _ABSENT.exists():
        _ABSENT.write_text(json.dumps([str(folder) for folder in _SHARED if not folder.exists()]))


def found() -> list[str]:
    """Return what is left of the lab on this machine outside the cache, in words."""
    lines = [f"process {process.pid}" for process in sorted(_present(), key=lambda one: one.pid)]
    for folder in _folders():
        lines += [f"mount {point}" for point in mounts.below(folder)]
        lines += [f"loop device {device}" for device in mounts.loops_below(folder)]
    paths = (processes.NETNS_FILE, ETC, STATE, *cgroups.present(), *_nspawn_files())
    return lines + [str(path) for path in paths if path.exists()]


def remove() -> None:
    """End and remove everything that is the lab's, except the cache; raises LabError if something stays."""
    processes.end_all(_present)
    for folder in _folders():
        mounts.unmount_below(folder)
        mounts.detach_loops_below(folder)
    network.down()
    cgroups.remove()
    if ETC.exists():
        mounts.remove_tree(ETC)
    _remove_shared()
    mounts.remove_tree(STATE)
    if left := found():
        raise LabError(f"still there: {', '.join(left)}")


def remove_strays() -> None:
    """Remove what an interrupted command left, such as a build, and leave the machines alone."""
    end_strays()
    mounts.unmount_below(CACHE)
    mounts.detach_loops_below(CACHE)


def end_strays() -> None:
    """End the processes of an interrupted command, and leave the machines alone."""
    processes.end_all(_strays)


def _present() -> set[Process]:
    return _family(lambda process: processes.in_namespace(process) or _is_ours(process))


def _strays() -> set[Process]:
    """Seen twice: a machine's process whose parent ends during a look seems to belong to none."""
    return _besides_machines() & _besides_machines()


def _besides_machines() -> set[Process]:
    ours = _family(_is_ours)
    # Only now the machines' own: what one of them starts meanwhile must be among these.
    recorded = [processes.recorded(STATE / name / "process") for name in machines()]
    return ours - processes.with_descendants(process for process in recorded if process)


def _is_ours(process: Process) -> bool:
    return processes.marked(process) or processes.rooted_below(process, _folders())


def _family(ours: Callable[[Process], bool]) -> set[Process]:
    own = processes.own_line()
    roots = [process for process in processes.every() if process not in own and ours(process)]
    return processes.with_descendants(roots) - own


def _folders() -> set[Path]:
    # The checkout that had the lab may have had another cache.
    before = owner.recorded()
    return {STATE, CACHE} | ({before.cache} if before else set())


def _remove_shared() -> None:
    for entry in _nspawn_files():
        if entry.is_dir():
            mounts.remove_tree(entry)
        else:
            entry.unlink()
    for folder in map(Path, _absent()):
        _remove_if_empty(folder)


def _nspawn_files() -> list[Path]:
    locks = [_NSPAWN / "locks" / note.read_text() for note in STATE.glob("*/lock")]
    names = (f"{container.NAME}{name}" for name in machines())
    return [path for path in (*locks, *(_NSPAWN / "propagate" / name for name in names)) if path.exists()]


def _absent() -> list[str]:
    try:
        return list(json.loads(_ABSENT.read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return []


def _remove_if_empty(folder: Path) -> None:
    if not folder.is_dir() or any(folder.iterdir()):
        return
    # iproute2 may have mounted it over itself more than once.
    while mounts.is_mounted(folder):
        processes.run("umount", str(folder))
    folder.rmdir()
