import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, cast

import pytest
import testinfra

from fixtures.core.programs import MissingProgram
from fixtures.nodes.checked_host import checked
from fixtures.nodes.config import config_of, sources
from fixtures.nodes.containers import FORMAT, Container, container_in, deployer, to_restart
from fixtures.nodes.kept_out import Unreadable
from fixtures.nodes.node import Node
from fixtures.nodes.process_args import command, parse_started
from fixtures.nodes.service import Service
from fixtures.nodes.systemd_units import Unit, read_unit
from selftests.nodes.engines import HAPROXY, NOVA_COMPUTE, UNIT, with_engine, with_unit
from selftests.nodes.test_process_args import program
from selftests.patience import LONG

KOLLA = "kolla-nova_compute-container.service"
EDPM = "edpm_nova_compute.service"
START = {
    "kolla": "docker start -a nova_compute",
    "tripleo": "podman start nova_compute",
    "tripleo, with dependencies": "libexec/tripleo-start-podman-container nova_compute",
    "edpm": "libexec/edpm-start-podman-container nova_compute",
    "quadlet": "podman run --name nova_compute --replace --rm --network host image --name other",
    "quadlet, as one word": "podman run --name=nova_compute --replace --rm --network host image",
}


def like(container: dict[str, Any], **state: Any) -> dict[str, Any]:
    """The same container in another state."""
    made = copy.deepcopy(container)
    made["State"].update(state)
    return made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return checked(testinfra.get_host("local://"), LONG)


def started(here: Any, unit: str = KOLLA) -> Service:
    return Service(here, parse_started([unit], here.check_output(command([unit])))[unit])


@pytest.fixture
def dumb_init(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Starts a process of that name whose child has these words; tells its number."""
    shutil.copy("/bin/sh", tmp_path / "dumb-init")
    processes: list[Popen[bytes]] = []

    def start(*words: str) -> int:
        line = 'sh -c "read -r line" "$@" <&3 & echo started; wait'
        fed = Popen(
            ["sh", "-c", 'exec 3<&0; exec "$0" -c "$1" "$@"', tmp_path / "dumb-init", line, *words],
            stdin=PIPE,
            stdout=PIPE,
        )
        processes.append(fed)
        assert fed.stdout
        fed.stdout.readline()
        return fed.pid

    yield start
    for process in processes:
        process.communicate()


@pytest.mark.parametrize("shape", START)
def test_the_unit_tells_its_container(here: Any, tmp_path: Path, shape: str) -> None:
    engine = "docker" if "docker" in START[shape] else "podman"
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="x", command=START[shape]))
    with_engine(tmp_path, engine, HAPROXY, NOVA_COMPUTE)
    service = started(here)
    assert service.container
    assert (service.container.name, service.container.engine) == ("nova_compute", engine)
    assert service.container.image.endswith(":2023.1-ubuntu-jammy")
    assert service.container.kolla_version == "16.1.0"
    assert service.place == f"{engine}:nova_compute"


@pytest.mark.parametrize("name", ["$(touch ran)", "-x", "a;touch", "a*"])
def test_what_is_no_name_is_no_container(here: Any, tmp_path: Path, name: str) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command=f"docker start -a {name}"))
    with_engine(tmp_path, "docker", NOVA_COMPUTE)
    assert started(here).container is None
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_commands_run_inside(here: Any, tmp_path: Path, engine: str) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first=engine, command=f"{engine} start -a nova_compute"))
    with_engine(tmp_path, engine, NOVA_COMPUTE)
    program(tmp_path, "nova-manage", 'echo "inside: $IN_CONTAINER $1"\n')
    inside = started(here).host
    assert inside.check_output("nova-manage %s", "it's $HOME") == "inside: yes it's $HOME"
    assert inside.run("exit 7").rc == 7
    with pytest.raises(MissingProgram, match=r"^container nova_compute on local.*: nosuch: no such program"):
        inside.run("nosuch")


def test_arguments_are_those_of_the_child_of_the_first_process(
    here: Any, tmp_path: Path, dumb_init: Callable[..., int]
) -> None:
    pid = dumb_init("nova-compute", "--config-file", "/etc/nova/nova.conf")
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", like(NOVA_COMPUTE, Pid=pid))
    assert started(here).arguments[-3:] == ["nova-compute", "--config-file", "/etc/nova/nova.conf"]


def test_of_a_first_process_that_is_the_service_its_own_are_told(here: Any, tmp_path: Path) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="podman", command="podman start nova_compute"))
    with_engine(tmp_path, "podman", like(NOVA_COMPUTE, Pid=os.getpid()))
    with open("/proc/self/cmdline") as own:
        assert started(here).arguments == own.read().replace("\0", " ").split()


@pytest.mark.parametrize("pid", ["1; touch ran", "$(touch ran)", "-1", "../1", ""])
def test_a_process_that_is_no_number_is_none(here: Any, tmp_path: Path, pid: str) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", like(NOVA_COMPUTE, Pid=pid))
    assert started(here).arguments == []
    assert not (tmp_path / "ran").exists()


def stopped(here: Any, tmp_path: Path, **files: str) -> Service:
    """nova-compute in a container that does not run, with these files in its folder on the node."""
    folder = tmp_path / "kolla"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    container = like(NOVA_COMPUTE, Status="exited")
    container["Mounts"][0]["Source"] = str(folder)
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", container)
    return started(here)


# As kolla-ansible's template nova-compute.json.j2 has it
CONFIG_JSON = """{"command": "nova-compute --config-file /etc/nova/nova.conf", "config_files": [{
"source": "/var/lib/kolla/config_files/nova.conf", "dest": "/etc/nova/nova.conf", "owner": "nova", "perm": "0600"}]}"""


def test_of_a_stopped_container_the_files_are_read_with_which_it_would_start(here: Any, tmp_path: Path) -> None:
    service = stopped(here, tmp_path, config__json=CONFIG_JSON, nova__conf="[DEFAULT]\nmy_ip = 10.0.0.31\n")
    assert service.arguments == ["nova-compute", "--config-file", "/etc/nova/nova.conf"]
    patterns = sources(service.arguments, "nova", "nova-compute")
    node = Node("compute1", frozenset(), here)
    config = config_of(node, service, service.read(patterns), patterns)
    assert config.get("my_ip") == "10.0.0.31"
    assert config.origin("my_ip") == "nova_compute:/etc/nova/nova.conf:2"
    assert config.to_restart == (
        f"systemctl restart {KOLLA} (which copies its files anew from {tmp_path / 'kolla'}: change them there; "
        "for good: in the deployer's own files, then kolla-ansible reconfigure)"
    )


@pytest.mark.parametrize("words", [("bash", "/usr/local/bin/kolla_start"), ("sudo", "-E", "kolla_set_configs")])
def test_of_a_container_that_is_being_prepared_it_is_what_will_run(
    here: Any, tmp_path: Path, dumb_init: Callable[..., int], words: tuple[str, ...]
) -> None:
    (tmp_path / "config.json").write_text(CONFIG_JSON)
    container = like(NOVA_COMPUTE, Pid=dumb_init(*words))
    container["Mounts"][0]["Source"] = str(tmp_path)
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", container)
    assert started(here).arguments == ["nova-compute", "--config-file", "/etc/nova/nova.conf"]


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"command": 3, "config_files": [3, {"source": 3}, {}]}'])
def test_a_config_json_that_is_none_tells_nothing(here: Any, tmp_path: Path, text: str) -> None:
    service = stopped(here, tmp_path, config__json=text)
    assert (service.arguments, service.read(["/etc/nova/nova.conf"])) == ([], {})
    with pytest.raises(FileNotFoundError, match="in container nova_compute is exited"):
        config_of(Node("compute1", frozenset(), here), service, {}, ["/etc/nova/nova.conf"])


def test_a_running_containers_files_are_read_inside(here: Any, tmp_path: Path) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="podman", command="podman start nova_compute"))
    with_engine(tmp_path, "podman", NOVA_COMPUTE)
    (tmp_path / "nova.conf").write_text("[DEFAULT]\n")
    assert started(here).read([f"{tmp_path}/*.conf"]) == {f"{tmp_path}/nova.conf": "[DEFAULT]\n"}
    (tmp_path / "refused-nova_compute").write_text("container state improper")
    with pytest.raises(Unreadable, match="container state improper"):
        started(here).read([f"{tmp_path}/*.conf"])


def test_a_container_that_is_gone_is_absent(here: Any, tmp_path: Path) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", HAPROXY)
    service, unit = started(here), read_unit(here, [KOLLA])
    assert service.container
    assert (service.container.status, service.is_installed) == ("absent", True)
    assert unit.not_running.startswith(
        f"local: {KOLLA} is active/running, container nova_compute is absent, not running. "
        "Fix: kolla-ansible reconfigure, which makes its container; "
    )


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_an_engine_that_does_not_answer_is_told(here: Any, tmp_path: Path, engine: str) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first=engine, command=f"{engine} start -a nova_compute"))
    with_engine(tmp_path, engine, refuses="Cannot connect to the daemon")
    unit = read_unit(here, [KOLLA])
    assert str(unit.container) == "container nova_compute is unknown: Cannot connect to the daemon"
    assert unit.is_ready  # as far as its unit tells
    assert unit.seen == "is active/running"
    (tmp_path / "refused-nova_compute").write_text("Cannot connect to the daemon")
    with pytest.raises(Unreadable, match=r"Cannot connect to the daemon$"):
        started(here).read(["/etc/nova/nova.conf"])


def test_podman_is_not_asked_by_an_ordinary_user(here: Any, tmp_path: Path) -> None:
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="podman", command="podman start nova_compute"))
    with_engine(tmp_path, "podman", NOVA_COMPUTE)
    program(tmp_path, "id", "echo 1000\n")
    assert "give --sudo" in str(started(here).container)


def test_one_that_restarts_in_a_loop_is_not_settled(here: Any, tmp_path: Path) -> None:
    container = like(NOVA_COMPUTE, Status="restarting") | {"RestartCount": 7}
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", container)
    unit = read_unit(here, [KOLLA])
    assert (unit.is_ready, unit.is_stopped, unit.restarts) == (False, False, 7)
    assert unit.not_running == (
        f"local: {KOLLA} is active/running, container nova_compute is restarting, restarted 7 times, not running. "
        f"Fix: systemctl restart {KOLLA}; the reason is in docker logs --tail 50 nova_compute"
    )


def test_one_that_the_engine_has_just_restarted_is_not_settled(here: Any, tmp_path: Path) -> None:
    now = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%S.123456789Z"], capture_output=True, text=True).stdout.strip()
    with_unit(tmp_path, UNIT.format(unit=KOLLA, first="docker", command="docker start -a nova_compute"))
    with_engine(tmp_path, "docker", like(NOVA_COMPUTE, StartedAt=now) | {"RestartCount": 1})
    assert not read_unit(here, [KOLLA]).is_settled
    with_engine(tmp_path, "docker", NOVA_COMPUTE | {"RestartCount": 1})
    assert read_unit(here, [KOLLA]).is_settled


def test_a_unit_made_from_a_containers_description_makes_the_container(here: Any, tmp_path: Path) -> None:
    """Source: podman-systemd.unit(5), which starts with podman run --rm, so nothing is left of a stopped one."""
    unit = UNIT.format(unit=EDPM, first="podman", command="podman run --name nova_compute --replace --rm -d")
    stopped = unit.replace("active\nSubState=running", "inactive\nSubState=dead").replace("=enabled", "=generated")
    with_unit(tmp_path, stopped)
    with_engine(tmp_path, "podman")
    assert read_unit(here, [EDPM]).to_start == f"systemctl start {EDPM}"
    with_unit(tmp_path, stopped.replace("=generated", "=enabled"))
    assert read_unit(here, [EDPM]).to_start.startswith("an OpenStackDataPlaneDeployment")


BY_DOCKER = "nova_compute.container"


@pytest.mark.parametrize(
    ("status", "state", "ready"),
    [
        ("running", "active/running", True),
        ("restarting", "activating/restarting", False),
        ("exited", "inactive/exited", False),
    ],
)
def test_a_container_without_a_unit_is_a_service_too(
    here: Any, tmp_path: Path, status: str, state: str, ready: bool
) -> None:
    with_unit(tmp_path, f"Id={KOLLA}\nLoadState=not-found\nActiveState=inactive\n")
    with_engine(tmp_path, "docker", like(NOVA_COMPUTE, Status=status))
    unit = read_unit(here, [KOLLA, BY_DOCKER])
    assert (unit.name, unit.state, unit.is_ready, unit.starts_at_boot) == (BY_DOCKER, state, ready, True)
    assert unit.to_start == "docker start nova_compute"
    names = [BY_DOCKER, KOLLA]
    both = parse_started(names, here.check_output(command(names)))
    assert Service(here, both[BY_DOCKER]).is_used
    assert not Service(here, both[KOLLA]).is_installed
    service = Service(here, both[BY_DOCKER])
    assert (service.unit, service.restart) == (BY_DOCKER, "docker restart nova_compute")
    assert service.to_restart.startswith("docker restart nova_compute (which copies its files anew from /etc/kolla/")
    assert service.to_see_why == "docker logs --tail 50 nova_compute"


def test_one_that_docker_will_not_start_at_boot_is_told(here: Any, tmp_path: Path) -> None:
    container = NOVA_COMPUTE | {"HostConfig": {"RestartPolicy": {"Name": "no"}}}
    with_unit(tmp_path, f"Id={KOLLA}\nLoadState=not-found\nActiveState=inactive\n")
    with_engine(tmp_path, "docker", container)
    assert read_unit(here, [KOLLA, BY_DOCKER]).not_at_boot == (
        f"local: {BY_DOCKER} is disabled, so it will not run after a reboot. "
        "Fix: docker update --restart unless-stopped nova_compute"
    )


def test_without_unit_and_container_it_is_not_installed(here: Any, tmp_path: Path) -> None:
    with_unit(tmp_path, f"Id={KOLLA}\nLoadState=not-found\nActiveState=inactive\n")
    unit = read_unit(here, [KOLLA, BY_DOCKER])
    assert unit.not_at_boot.endswith("Fix: kolla-ansible reconfigure, which makes its container")
    assert not unit.is_installed


def test_the_deployer_is_known_by_its_units() -> None:
    assert deployer("tripleo_nova_compute.service") == "openstack overcloud deploy"
    assert deployer("edpm_nova_compute.service") == "an OpenStackDataPlaneDeployment"
    assert deployer("nova_compute.container") == "kolla-ansible reconfigure"
    assert deployer("nova-compute.service") == ""
    assert to_restart("nova-compute.service", None) == "systemctl restart nova-compute.service"


@pytest.mark.parametrize("told", ["", "null", "3", '{"restarts": "7", "mounts": 3, "started": "today", "image": {}}'])
def test_what_an_engine_says_wrongly_is_nothing(told: str) -> None:
    container = container_in({"ContainerName": "x", "ContainerEngine": "docker", "Container": told})
    assert container
    assert (container.restarts, container.mounts, container.started, container.image) == (0, (), None, "")


@pytest.mark.parametrize("destination", ["/var/lib/kolla/config_files", "/var/lib/kolla/config_files/"])
def test_podman_keeps_the_slash_that_ends_a_folder_and_docker_does_not(destination: str) -> None:
    mounts = json.dumps({"mounts": [{"Source": "/etc/kolla/nova-compute/", "Destination": destination}]})
    container = container_in({"ContainerName": "nova_compute", "ContainerEngine": "podman", "Container": mounts})
    assert container
    assert container.files_come_from == "/etc/kolla/nova-compute"


def test_the_format_is_one_line_without_quotes_of_the_shells() -> None:
    assert "'" not in FORMAT
    assert "\n" not in FORMAT


def test_a_moment_that_never_was_is_none() -> None:
    unit = cast(Unit, container_in({"ContainerName": "x", "Container": '{"started": "0001-01-01T00:00:00Z"}'}))
    assert isinstance(unit, Container)
    assert unit.started is None
