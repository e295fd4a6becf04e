"""A machine with nothing installed: run a command in a fresh Debian 12 that has git, make and python3 alone.

`python3 -m selftests.tools.bare_machine [OPTIONS] [-- CMD…]`, as root; without a command, `make test`.

The root is made by mmdebstrap and cached. Each time it is unpacked anew and entered as the root of mount and process
namespaces of its own; the command runs in a clone of this checkout's last commit. Whatever it started ends with it.
It ends with the command's exit code, after telling which packages the command installed.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab import apt, cgroups, host_packages, images, map_count, mounts, preflight
from lab.errors import LabError
from lab.paths import CACHE as LAB_CACHE
from lab.paths import CHECKOUT, LOGS
from lab.progress import say, step

PACKAGES = ("git", "make", "python3")
FOLDER = LAB_CACHE.parent / "openstack-acceptance" / "bare-machine"
CLONE = "/root/openstack-acceptance"
HOST_PACKAGES = ("mmdebstrap", "tar", "util-linux")
# How this machine reaches its package archives: without it a bare machine behind a proxy could install nothing.
COPIED = (
    "etc/hosts",
    "etc/resolv.conf",
    "etc/apt/auth.conf.d",
    "etc/pip.conf",
    "etc/ssl/certs",
    "usr/local/share/ca-certificates",
    "root/.config/pip",
    "root/.config/uv",
    "root/.npmrc",
)
KEPT = re.compile(
    r"(?i)\w+_proxy|SSL_CERT_(FILE|DIR)|\w+_CA_BUNDLE|NODE_EXTRA_CA_CERTS|PIP_(CERT|DEFAULT_TIMEOUT|INDEX_URL)"
    r"|UV_(DEFAULT_INDEX|INDEX_URL)|NPM_CONFIG_REGISTRY|CI|TERM|DRILL|ALSO|ALSO_WITHIN"
)
"""Variables that the command sees of the caller's."""
OWN = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"),
)
"""Whatever is started and mounted by a command ends with it, also where this process is told to end, or is killed."""
TO_END = 30
"""Seconds."""
# pivot_root(2): unlike after chroot(2), nothing of the machine's own root can be reached any more
ENTER = """set -e
root=$1 cache=$2 share=$3 clone=$4; shift 4
readlink /proc/self/ns/pid > "$root/namespace"
mount --bind "$root" "$root"; cd "$root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
if [ "$cache" ]; then mkdir -p root/.cache/openstack-lab; mount --bind "$cache" root/.cache/openstack-lab; fi
if [ "$share" ]; then mkdir -p ".$share"; mount --bind "$share" ".$share"; fi
mkdir old; pivot_root . old; cd /
umount -l /old; rmdir /old
cd "$clone"
set +e; "$@"; exit $?
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command there; 2 where this machine cannot do it."""
    parser = argparse.ArgumentParser(prog="python3 -m selftests.tools.bare_machine", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--without-cache", action="store_true", help="the lab builds everything anew in there")
    parser.add_argument("--keep", action="store_true", help="leave the root there afterwards, to be looked at")
    parser.add_argument("--with", dest="more", action="append", default=[], metavar="PACKAGE", help="is in there, too")
    parser.add_argument("--share", type=Path, metavar="FOLDER", help="this folder of the machine is in there, too")
    parser.add_argument("command", nargs="*", metavar="CMD", default=["make", "test"], help="default: make test")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        preflight.check_kind()
        preflight.check_root()
        host_packages.install(HOST_PACKAGES)
        sweep()
        with images.in_use(), _root(is_kept=given.keep, more=given.more) as root:
            return _run(root, given.command, with_cache=not given.without_cache, share=given.share)
    except (LabError, OSError) as problem:
        print(f"bare machine: {problem}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"bare machine: {error.cmd[0]} failed: {(error.stderr or '').strip() or LOGS}", file=sys.stderr)
        return 2


def sweep() -> None:
    """Remove what those that were killed have left, where none runs."""
    with images.unused() as is_unused:
        left = [*FOLDER.glob("root-*"), *FOLDER.glob("new-*")] if is_unused else []
        for root in left:
            with step(f"remove {root.name}, which a bare machine that was killed has left"):
                _leave(root)
                map_count.put_back(root / map_count.BEFORE.relative_to("/"))
                mounts.remove_tree(root)


@contextmanager
def _root(*, is_kept: bool, more: Sequence[str]) -> Iterator[Path]:
    """A root of its own, unpacked from the cache."""
    archive = _archive((*PACKAGES, *sorted(more)))
    root = Path(tempfile.mkdtemp(prefix="root-", dir=FOLDER))
    try:
        with step("unpack the bare root"):
            _tool("tar", "--extract", "--file", archive, "--directory", root)
        _configure(root)
        yield root
    finally:
        if is_kept:
            say(f"the bare root is still in {root.rename(root.with_name(root.name.replace('root-', 'kept-')))}")
        else:
            mounts.remove_tree(root)


def _archive(packages: Sequence[str]) -> Path:
    """The minimal Debian, made once for each list of its packages and sources."""
    recipe = "\n".join((*packages, apt.sources()))
    archive = FOLDER / f"bookworm-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.tar"
    if not archive.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (
            step(f"make a Debian 12 with {', '.join(packages)} alone"),
            tempfile.TemporaryDirectory(prefix="new-", dir=FOLDER) as folder,  # another process may be making it, too
        ):
            sources, new = Path(folder, "sources.list"), Path(folder, archive.name)
            sources.write_text(apt.sources())
            words = (*OWN, "--mount-proc", "mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}")
            _tool(*words, "bookworm", new, sources)
            new.rename(archive)
    return archive


def _configure(root: Path) -> None:
    for name in COPIED:
        source, target = Path("/") / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore_dangling_symlinks=True)  # as files, not links
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    (root / "etc/apt/apt.conf.d/90caller").write_text(_way_to_the_archives())
    _tool("git", "clone", "--quiet", "--no-hardlinks", CHECKOUT, f"{root}{CLONE}")
    if subprocess.run(["git", "-C", CHECKOUT, "status", "--porcelain"], capture_output=True).stdout:
        say("what is not committed is not in the clone")


def _way_to_the_archives() -> str:
    """The caller's proxies and transports of apt, without its hooks, whose programs are not there."""
    lines = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True).stdout.splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith("Acquire::"))


def _run(root: Path, command: Sequence[str], *, with_cache: bool, share: Path | None) -> int:
    before = _installed(root)
    LAB_CACHE.mkdir(parents=True, exist_ok=True)
    cache = LAB_CACHE if with_cache else ""
    shared = str(share.resolve()) if share else ""
    words = [*OWN, "/bin/sh", "-c", ENTER, "sh", str(root), str(cache), shared, CLONE, *command]
    say(f"in a bare Debian 12: {' '.join(command)}")
    code = _ended(words, root)
    say(f"installed in there by the command: {' '.join(sorted(_installed(root) - before)) or 'nothing'}")
    say(f"{' '.join(command)}: exit code {code}")
    return code


def _ended(words: Sequence[str | Path], root: Path) -> int:
    """The exit code; what is still in the namespaces then, such as a lab that is up, is killed with them."""
    try:
        return subprocess.run(words, env=_environment()).returncode
    finally:
        _leave(root)


def _leave(root: Path) -> None:
    """Remove what the kernel still has of who was in there."""
    if (entered := root / "namespace").exists():
        _remove_groups(entered.read_text().strip())


def _remove_groups(namespace: str) -> None:
    """The control groups of a lab in there, as soon as the kernel is done with its processes."""
    deadline = time.monotonic() + TO_END
    while cgroups.present(namespace):
        try:
            cgroups.remove(namespace)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {**kept, "HOME": "/root", "LC_ALL": "C.UTF-8", "PATH": path}


def _installed(root: Path) -> set[str]:
    """The packages that dpkg has installed there."""
    entries = (root / "var/lib/dpkg/status").read_text(errors="replace").split("\n\n")
    found = (re.search(r"^Package: (\S+)\n(?:.*\n)*?Status: \S+ ok installed$", entry, re.M) for entry in entries)
    return {match[1] for match in found if match}


def _tool(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
