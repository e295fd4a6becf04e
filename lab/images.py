"""What the machines start from: built once, kept in the cache under the key of its recipe."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab import credentials, kernel, layers, linux, recipe, suites, virtualenv
from lab.command import run
from lab.configure import configure, values_for, write_disk
from lab.guest import build as guest
from lab.guest import kernel as guest_kernel
from lab.machines import Machine, clouds, has_tls, machines
from lab.paths import CACHE, LOGS
from lab.progress import step

HOST_PACKAGES = ("mmdebstrap", "e2fsprogs", "openssh-client", "openssl", "util-linux")


@dataclass(frozen=True)
class Image:
    """What a machine starts from: layers (topmost first) of a container, or the disk of a uml machine."""

    layers: tuple[Path, ...] = ()
    disk: Path | None = None


@dataclass(frozen=True)
class Build:
    """Everything the lab starts from."""

    kernel: Path
    guest: Path
    images: dict[str, Image]
    runner: Path


def cached(cloud: str | None = None) -> Build | None:
    """Return what the cache holds for a cloud's present recipe, or None if something is missing.

    Args:
        cloud: of lab/clouds; without, the one that the lab is.
    """
    build, everyone = _build(cloud), machines(cloud).values()
    parts = [build.kernel, build.guest, build.runner, *(tree for each in everyone for tree in lower(each))]
    return build if all(part.exists() for part in parts) else None


def build() -> Build:
    """Build what the cache lacks, side by side where possible.

    Raises:
        subprocess.CalledProcessError: a command of the build failed; its output is in LOGS.
    """
    with step("update the package lists"):
        run(["apt-get", "--quiet", "update"], LOGS / "build-package-lists.log")
    with _emptied(CACHE / "kernel-source") as folder, ThreadPoolExecutor(max_workers=3 + len(machines())) as pool:
        source = pool.submit(_unpack_source, folder)
        kernel_built = pool.submit(_build_kernel, source)
        guest_built = pool.submit(_build_guest, source)
        for machine in {_base(machine): machine for machine in machines().values()}.values():
            _build_base(machine)
        alike = {_packages(machine): machine for machine in machines().values()}
        environments = {_environment(machine): machine for machine in machines().values()}
        for installed in [
            *(pool.submit(_build_packages, machine) for machine in alike.values()),
            *(pool.submit(_build_environment, machine) for machine in environments.values()),
        ]:
            installed.result()
        _once(_cloud(), "configured machines", partial(_build_cloud, kernel_built))
        guest_built.result()
    return _build()


@contextmanager
def in_use() -> Iterator[None]:
    """Keep what is in the cache: labs of other process namespaces, which nobody sees from here, may run from it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "in-use").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def unused() -> Iterator[bool]:
    """Say whether nobody runs from the cache; nobody begins to while this lasts."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "in-use").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def prune() -> None:
    """Remove what is of no cloud's present recipe from the cache; only while no machine runs from it."""
    with unused() as is_unused:
        if is_unused:
            _prune()


def _prune() -> None:
    build = _build()
    keep = {
        build.kernel.parent,
        build.guest.parent,
        _guest_kernel().parent,
        *map(_cloud, clouds()),
        *(tree for cloud in clouds() for each in machines(cloud).values() for tree in lower(each)),
    }
    for path in (
        entry
        for folder in ("kernel", "guest-kernel", "guest", "layers", "cloud")
        for entry in (CACHE / folder).glob("*")
    ):
        if path not in keep:
            layers.remove(path)


def _build(cloud: str | None = None) -> Build:
    made = _cloud(cloud)
    images = {name: _image(machine, made) for name, machine in machines(cloud).items()}
    return Build(_kernel(), _guest(), images, made / "runner")


def _image(machine: Machine, made: Path) -> Image:
    if machine.kind == "uml":
        return Image(disk=made / f"{machine.name}.ext4")
    return Image(layers=(made / machine.name, *lower(machine)))


def _kernel() -> Path:
    return CACHE / "kernel" / recipe.kernel_key() / "linux"


def _guest_kernel() -> Path:
    return CACHE / "guest-kernel" / recipe.guest_kernel_key() / "bzImage"


def _guest() -> Path:
    return CACHE / "guest" / recipe.guest_key() / "guest.qcow2"


def _base(machine: Machine) -> Path:
    return CACHE / "layers" / f"base-{recipe.base_key(machine.debian)}"


def _packages(machine: Machine) -> Path:
    return CACHE / "layers" / f"packages-{recipe.packages_key(machine)}"


def _environment(machine: Machine) -> Path | None:
    key = recipe.environment_key(machine)
    return CACHE / "layers" / f"environment-{key}" if key else None


def lower(machine: Machine) -> tuple[Path, ...]:
    """Return the trees that a machine's configuration is written over, topmost first; they may not be built."""
    environment = _environment(machine)
    return (*([environment] if environment else []), _packages(machine), _base(machine))


def _cloud(cloud: str | None = None) -> Path:
    return CACHE / "cloud" / recipe.cloud_key(cloud)


def _once(
    target: Path, title: str, make: Callable[[Path, Path], None], far: Callable[[Path], str] | None = None
) -> None:
    """Make `target` if it is not there; what an interrupted build left is thrown away first."""
    if target.exists():
        return
    log = LOGS / f"build-{title.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    partial = target.with_name(target.name + ".partial")
    layers.remove(partial)
    partial.parent.mkdir(parents=True, exist_ok=True)
    with step(f"build {title}", lambda: far(log) if far else _last_line(log)):
        make(partial, log)
        os.rename(partial, target)


def _unpack_source(folder: Path) -> Path:
    """Return the tree of the kernels, unpacked if one of them is to be built."""
    if not (_kernel().exists() and _guest_kernel().exists()):
        log = LOGS / "build-kernel-source.log"
        log.unlink(missing_ok=True)
        with step("unpack the kernel source"):
            linux.unpack(folder, log)
    return folder / linux.SOURCE


def _build_kernel(source: Future[Path]) -> None:
    def make(target: Path, log: Path) -> None:
        target.mkdir()
        with _emptied(target.with_name(target.name + ".work")) as workdir:
            kernel.build(tree, workdir, target, log)

    tree = source.result()
    _once(_kernel().parent, "user-mode kernel", make, kernel.how_far)


def _build_guest(source: Future[Path]) -> None:
    def make_kernel(target: Path, log: Path) -> None:
        target.mkdir()
        with _emptied(target.with_name(target.name + ".work")) as workdir:
            guest_kernel.build(tree, workdir, target / "bzImage", log)

    def make_image(target: Path, log: Path) -> None:
        target.mkdir()
        with _emptied(target.with_name(target.name + ".work")) as workdir:
            guest.build(_guest_kernel(), workdir, target / "guest.qcow2", log)

    tree = source.result()
    _once(_guest_kernel().parent, "guest kernel", make_kernel, guest_kernel.how_far)
    _once(_guest().parent, "guest image", make_image)


@contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """Yield an empty folder and remove it with all that came to be in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _build_base(machine: Machine) -> None:
    suite = machine.debian
    title = "Debian base" if suite == suites.HOST else f"Debian base of {suite}"
    _once(_base(machine), title, partial(suites.build_base, suite), _packages_so_far)


def _build_packages(machine: Machine) -> None:
    def make(target: Path, log: Path) -> None:
        layers.build_packages(target, _base(machine), machine.roles, log)

    _once(_packages(machine), f"packages of {machine.name}", make, _packages_so_far)


def _build_environment(machine: Machine) -> None:
    def make(target: Path, log: Path) -> None:
        virtualenv.build(target, _base(machine), virtualenv.requirements(machine.roles), log)

    if environment := _environment(machine):
        _once(environment, "virtual environment", make)


def _build_cloud(kernel_built: Future[None], target: Path, log: Path) -> None:
    keys = target / "keys"
    keys.mkdir(parents=True)
    everyone = list(machines().values())
    passwords = credentials.passwords()
    credentials.write_host_keys(keys / "hostkeys", everyone)
    credentials.write_nova_key(keys / "nova")
    trusts = _cloud() / "runner" / "ca.pem" if has_tls(everyone) else None
    credentials.write_runner(keys / "runner", everyone, passwords, trusts)
    if trusts:
        credentials.write_ca(keys / "ca")
        shutil.copy(keys / "ca" / "ca.pem", keys / "runner")
    shutil.copy(keys / "hostkeys" / "known_hosts", keys / "runner")

    def make(machine: Machine) -> None:
        own = log.with_name(f"configure-{machine.name}.log")
        own.write_text("")
        values = values_for(machine, everyone, passwords)
        configure(target / machine.name, lower(machine), machine, values, keys, own)
        if machine.kind == "uml":
            kernel_built.result()
            disk, trees = target / f"{machine.name}.ext4", (target / machine.name, *lower(machine))
            write_disk(disk, trees, _kernel().parent / "lib/modules", machine.disk, own)

    with ThreadPoolExecutor() as pool:
        list(pool.map(make, everyone))
    (keys / "runner").rename(target / "runner")
    shutil.rmtree(keys)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1][:100] if lines else ""


def _packages_so_far(log: Path) -> str:
    text = log.read_text(errors="replace")
    total = sum(int(count) for count in re.findall(r"(\d+) newly installed", text))
    return f"{text.count(chr(10) + 'Setting up ')} of {total or '?'} packages"
