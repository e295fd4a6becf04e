"""Starting, restarting and stopping the lab as a whole."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lab import container, faults, leftovers, logs, map_count, mounts, network, runner, status, uml
from lab.errors import LabError
from lab.machines import Machine, machines
from lab.paths import STATE
from lab.processes import NETNS_FILE
from lab.progress import step
from lab.side_by_side import side_by_side

if TYPE_CHECKING:
    from lab.images import Build

_HEALTHY = 600.0  # seconds from the start of the machines to a cloud that answers everywhere
_REBOOT = 300.0  # seconds from the order to an answer over SSH; services may take 90 to stop

_BUILD = STATE / "build"


def start(build: "Build") -> None:
    """Start every machine over its image; nothing may run yet. Raises LabError if one dies."""
    _write_build(build)
    network.up()
    runner.furnish(build.runner)
    start_machines(build)


def start_machines(build: "Build") -> None:
    """Start the machines side by side over fresh layers."""
    map_count.ensure()
    with step("starting the machines"):
        side_by_side(lambda machine: _start(machine, build), machines().values())
        side_by_side(_settle, machines().values())
    (STATE / "started").touch()


def _start(machine: Machine, build: "Build") -> None:
    image = build.images[machine.name]
    if machine.kind == "container":
        container.start(machine, image.layers)
    elif image.disk:
        uml.start(machine, image.disk, build.kernel)


def _settle(machine: Machine) -> None:
    if machine.kind == "uml":
        uml.settle(machine)


def restart(build: "Build") -> None:
    """Throw away what the machines wrote and start them anew, over this build."""
    (STATE / "started").unlink(missing_ok=True)
    with step("stopping the machines"):
        side_by_side(_discard, machines().values())
    faults.forget()
    _write_build(build)
    runner.furnish(build.runner)
    start_machines(build)


def _discard(machine: Machine) -> None:
    stop(machine)
    runner.forget_connections(machine)
    mounts.remove_tree(STATE / machine.name)


def stop(machine: Machine) -> None:
    """End a machine at once; its disk stays."""
    if machine.kind == "container":
        container.stop(machine)
    else:
        uml.stop(machine)


def down() -> None:
    """Leave nothing of the lab on this machine outside the cache."""
    side_by_side(stop, machines().values())
    map_count.put_back()
    leftovers.remove()


def reboot(machine: Machine) -> None:
    """Reboot a machine from inside; its disk stays. Raises LabError if it does not come back."""
    before = runner.boot_id(machine)
    if not before:
        raise LabError(f"{machine.name} does not answer SSH, so it cannot be told to reboot ('./lab/lab reset' can)")
    with step(f"rebooting {machine.name}"):
        runner.forget_connections(machine)
        runner.on_machine(machine, "systemctl", "reboot")
        runner.wait_for_boot(machine, before, _REBOOT)
        _settle(machine)


def wait_until_healthy() -> None:
    """Wait for the cloud, at most ten minutes; raises LabError then, or when a machine dies."""
    raised: list[BaseException] = []
    checker = threading.Thread(target=_check_health, args=(raised,), daemon=True)
    checker.start()
    while checker.is_alive():
        checker.join(1.0)
        for machine in machines().values():
            _require_running(machine)
    if raised:
        raise raised[0]


def _check_health(raised: list[BaseException]) -> None:
    from lab import health

    try:
        health.wait_until_healthy(runner_files(), _HEALTHY)
    except BaseException as error:  # handed to the thread that waits
        raised.append(error)


def _require_running(machine: Machine) -> None:
    if not status.running(machine):
        log = logs.of_machine(machine.name)
        raise LabError(f"{machine.name} has stopped: {logs.last_line(log)} ({log})")


def is_up() -> bool:
    """Say whether a start was finished and every machine still runs."""
    return (STATE / "started").exists() and status.all_running()


def runs(build: "Build | None") -> bool:
    """Say whether the machines were started from this build."""
    return build is not None and _read_build().get("build") == repr(build)


def runner_files() -> Path:
    """Return the folder with the credentials; raises LabError if the lab is down."""
    files = _read_build().get("runner")
    if not files or not NETNS_FILE.exists():
        raise LabError("the lab is down: './lab/lab up' starts it")
    return Path(files)


def _write_build(build: "Build") -> None:
    runner.offer_image(build.guest)
    _BUILD.write_text(json.dumps({"build": repr(build), "runner": str(build.runner)}))


def _read_build() -> dict[str, str]:
    try:
        return dict(json.loads(_BUILD.read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
