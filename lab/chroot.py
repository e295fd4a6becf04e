"""A folder of layers, mounted as one tree, and commands in it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lab.command import run
from lab.paths import CACHE

_CLEAN = {
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
}


@contextmanager
def mounted(log: Path, target: Path, *options: str) -> Iterator[Path]:
    """Mount something on `target` while the context lasts; options as of mount(8)."""
    target.mkdir(parents=True, exist_ok=True)
    run(["mount", *options, target], log)
    try:
        yield target
    finally:
        run(["umount", "--recursive", target], log)


@contextmanager
def layered(lower: Sequence[Path], upper: Path, log: Path) -> Iterator[Path]:
    """Give a tree that shows `lower` (topmost first) and writes to `upper`."""
    tree, work = upper.with_name(upper.name + ".tree"), upper.with_name(upper.name + ".work")
    upper.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={':'.join(map(str, lower))},upperdir={upper},workdir={work}"
    with mounted(log, tree, "-t", "overlay", "overlay", "-o", layers):
        yield tree
    run(["rm", "-rf", "--one-file-system", tree, work], log)


@contextmanager
def prepared(tree: Path, log: Path) -> Iterator[Path]:
    """Mount what programs in a chroot expect: proc, sys, dev, run, and a package cache that outlives a failed build."""
    archives = CACHE / "apt" / log.stem  # one each: apt locks it
    archives.mkdir(parents=True, exist_ok=True)
    with ExitStack() as mounts:
        mounts.enter_context(mounted(log, tree / "proc", "-t", "proc", "proc"))
        mounts.enter_context(mounted(log, tree / "sys", "-t", "sysfs", "-o", "ro", "sysfs"))
        mounts.enter_context(mounted(log, tree / "dev", "--bind", "/dev"))
        # Locks of processes stand there, of services that are not root, too: shm_overview(7).
        mounts.enter_context(mounted(log, tree / "dev/shm", "-t", "tmpfs", "-o", "mode=1777", "tmpfs"))
        mounts.enter_context(mounted(log, tree / "run", "-t", "tmpfs", "tmpfs"))
        mounts.enter_context(mounted(log, tree / "var/cache/apt/archives", "--bind", str(archives)))
        yield tree


def run_in(
    tree: Path, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, network: bool = True
) -> None:
    """Run a command in the tree with processes of its own, which end with it.

    Arguments:
        network: False gives it a network and a host name of its own, too.

    Raises:
        subprocess.CalledProcessError: it ended with another status than 0.
    """
    isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={tree / 'proc'}"]
    if not network:
        isolated += ["--net", "--uts"]
    variables = [f"{name}={value}" for name, value in _CLEAN.items()]
    run([*isolated, "env", *variables, "chroot", tree, *command], log, env)
