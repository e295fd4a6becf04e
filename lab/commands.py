"""What each command of the lab does; every one returns an exit code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab import faults, host_packages, leftovers, lifecycle, mounts, owner, preflight, processes, runner, status
from lab.errors import LabError
from lab.machines import choose, chosen, clouds, machines
from lab.paths import CACHE
from lab.progress import say, step

if TYPE_CHECKING:
    from lab.images import Build

DOWN = 3  # exit code of status, as systemctl(1) has it for a service that does not run


def up(cloud: str | None = None) -> int:
    """Build what is not cached, start, wait until the cloud is healthy.

    Args:
        cloud: which one, of lab/clouds; without, the one that is up, or the default.
    """
    preflight.check_kind()
    with _changing():
        if not lifecycle.is_up():
            _start(cloud)
        elif cloud not in (None, chosen()):
            raise LabError(f"up, as {chosen()}: './lab/lab down' first, then './lab/lab up {cloud}'")
        elif not _is_present():
            raise LabError("up, but the recipe has changed since: './lab/lab reset' starts the present one")
        else:
            say("up already")
        _wait_until_healthy()
    return 0


def _is_present() -> bool:
    from lab import images

    return lifecycle.runs(images.cached())


def check() -> int:
    """Say whether this machine can run the lab; nothing is installed or made."""
    preflight.check_kind()
    if lifecycle.is_up():
        say("up already")
    else:
        preflight.require(_lacks_to_start(chosen()))
        say("this machine can run the lab: './lab/lab up' starts it")
    return 0


def _lacks_to_start(cloud: str) -> list[str]:
    return [*preflight.lacks_to_run(cloud), *_lacks_to_build(cloud)]


def _lacks_to_build(cloud: str) -> list[str]:
    from lab import images

    return [] if images.cached(cloud) else preflight.lacks_to_build(cloud)


def _start(cloud: str | None = None) -> None:
    cloud = cloud or chosen()
    preflight.require(_lacks_to_start(cloud))
    # A start that was cut off leaves nothing worth keeping.
    lifecycle.down()
    owner.claim()
    choose(cloud)
    leftovers.remember_absent()
    build = _build()
    _prune()
    lifecycle.start(build)


def _build() -> "Build":
    from lab import images, linux
    from lab.guest import build as guest

    if cached := images.cached():
        host_packages.install(host_packages.TO_RUN)
        return cached
    to_build = (*images.HOST_PACKAGES, *linux.HOST_PACKAGES, *guest.HOST_PACKAGES)
    host_packages.install((*host_packages.TO_RUN, *to_build))
    return images.build()


def _wait_until_healthy() -> None:
    lifecycle.wait_until_healthy()
    say("healthy: './lab/lab exec -- CMD…' runs a command beside it, './lab/lab status' shows the machines")


def _prune() -> None:
    """Forget the images of other recipes; no machine runs from them any more."""
    from lab import images

    images.prune()


def show_status() -> int:
    """Print which cloud it is and a table of the machines; DOWN unless all run."""
    owner.require_ours()
    print(f"{chosen()}: {clouds()[chosen()]}", status.text(status.table()), sep="\n")
    return 0 if status.all_running() else DOWN


def execute(machine: str | None, command: list[str]) -> int:
    """Replace this process by a command on the runner's side, or on a machine."""
    owner.require_ours()
    files = lifecycle.runner_files()
    if machine:
        runner.become_ssh(machines()[machine], command, files)
    runner.become(command, files)


def reset() -> int:
    """Bring the machines back to the freshly built state."""
    preflight.check_kind()
    with _changing():
        if lifecycle.is_up():
            preflight.require(_lacks_to_build(chosen()))
            lifecycle.restart(_build())
            _prune()
        else:
            _start()
        _wait_until_healthy()
    return 0


def reboot(machine: str) -> int:
    """Reboot a machine, keeping its disk, and wait until it answers."""
    with _changing():
        lifecycle.runner_files()
        lifecycle.reboot(machines()[machine])
    return 0


def list_faults() -> int:
    """Print each fault with the row that it breaks."""
    print("\n".join(f"{fault.name:36} {fault.row:8} {fault.title}" for fault in faults.here().values()))
    return 0


def break_lab(name: str | None) -> int:
    """Break the lab in one way; without a name in any, and do not tell."""
    with _changing():
        lifecycle.runner_files()
        fault = faults.named(name) if name else faults.any_of_them()
        with step(f"break: {fault.title}" if name else "break"):
            faults.break_lab(fault)
    say("broken: './lab/lab break --reveal' tells how, './lab/lab mend' mends it")
    return 0


def reveal() -> int:
    """Tell what is broken, and what somebody did."""
    owner.require_ours()
    present = [faults.named(name) for name in faults.broken()]
    print("\n".join(f"{fault.name} ({fault.row}): somebody {fault.did}" for fault in present) or "nothing is broken")
    return 0


def mend(name: str | None) -> int:
    """Mend one fault, or all that the lab has; when none is left, wait until every service is up again."""
    with _changing():
        lifecycle.runner_files()
        for each in [name] if name else faults.broken():
            with step(f"mend {each}"):
                faults.mend_lab(faults.named(each))
        if not faults.broken():
            lifecycle.wait_until_healthy()
            with step("wait until every service has reported"):
                faults.wait_for_reports()
    return 0


def down(force: bool) -> int:
    """Leave nothing of the lab on this machine but the cache."""
    with _changing(force), step("down"):
        lifecycle.down()
    return 0


def clean(force: bool) -> int:
    """Leave nothing of the lab on this machine at all."""
    with _changing(force), step("down, and remove the cache"):
        lifecycle.down()
        mounts.unmount_below(CACHE)
        mounts.remove_tree(CACHE)
    return 0


@contextmanager
def _changing(force: bool = False) -> Iterator[None]:
    """Hold the lab for a command that changes it; remove what an interrupted one left, before and after."""
    _require_outside()
    processes.mark_children()
    with owner.held(force):
        leftovers.remove_strays()
        try:
            yield
        except BaseException:
            leftovers.remove_strays()
            raise


def _require_outside() -> None:
    own = processes.find(os.getpid())
    if own and processes.in_namespace(own):
        raise LabError("this shell is inside the lab (exec): leave it first")
