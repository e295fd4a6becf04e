import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import testinfra

from fixtures.nodes.boot import Properties
from fixtures.nodes.checked_host import checked
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.node import Node
from fixtures.nodes.process_args import command, parse_started
from fixtures.nodes.service import NODE, Service
from selftests.nodes.known_nodes import known_node, with_facts
from selftests.nodes.test_process_args import AT_REST, program


def node(**units: Properties) -> Node:
    started = {name.replace("_", "."): unit for name, unit in units.items()}
    return with_facts("here", {"started": started, "unit-files": {"nova": list(started)}})


def test_the_first_unit_that_is_installed_is_the_service() -> None:
    absent, there = {"Id": "a", "LoadState": "not-found"}, {"Id": "b.service", "LoadState": "loaded"}
    found = node(nova_socket=absent, a_service=absent, b_service=there).service("nova")
    assert (found.unit, found.is_installed) == ("b.service", True)


def test_one_that_is_not_installed_has_no_arguments() -> None:
    found = node(a_service={"Id": "a.service", "LoadState": "not-found"}).service("nova")
    assert (found.unit, found.arguments, found.place, found.is_installed) == ("a.service", [], NODE, False)


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    program(tmp_path / "venv" / "bin", "nova-manage", "echo of the virtual environment\n")
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    for name in ("nova-27.1.0", "openstack_placement-9.0.0", "nova_powervm-9.0.0", "six-1.0"):
        (packages / f"{name}.dist-info").mkdir()
    (packages / "cinder-22.0.0-py3.11.egg-info").mkdir()
    return tmp_path / "venv"


def started(folder: Path, unit: str, monkeypatch: pytest.MonkeyPatch) -> Service:
    here = checked(testinfra.get_host("local://"))
    program(folder, "systemctl", f"cat <<'END'\nId=x.service\nLoadState=loaded\n{unit}\nEND\n")
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return Service(here, parse_started(["x.service"], here.check_output(command(["x.service"])))["x.service"])


def test_a_service_of_a_virtual_environment_is_entered(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = started(tmp_path, AT_REST.format(venv / "bin" / "nova-conductor", "--config-file /a"), monkeypatch)
    assert service.place == str(venv / "bin")
    assert service.host.check_output("nova-manage") == "of the virtual environment"
    assert not service.node_host.exists("nova-manage")
    assert service.started["Distributions"].split() == ["nova-27.1.0", "cinder-22.0.0", "openstack_placement-9.0.0"]
    service.node_host._silences.append("it did not answer within 60 s")
    with pytest.raises(NoAnswer, match="it was not asked again"):
        service.host.run("true")


def test_a_process_does_not_choose_the_programs_that_root_runs(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([venv / "bin" / "python", "-c", "input()"], stdin=subprocess.PIPE) as process:
        unit = AT_REST.format("/usr/bin/nova-conductor", "").replace("MainPID=0", f"MainPID={process.pid}")
        service = started(tmp_path, unit, monkeypatch)
        process.communicate(b"\n")
    assert service.arguments[0] == str(venv / "bin" / "python")
    assert service.place == NODE


def test_a_service_of_a_package_is_on_the_node_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = started(tmp_path, AT_REST.format("/usr/bin/nova-conductor", "--config-file /a"), monkeypatch)
    assert service.place == NODE
    assert service.host is service.node_host


SHOWN = """\
Id=nova-conductor.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled

Id=nova-compute.service
LoadState=loaded
ActiveState=active
UnitFileState=disabled

Id=nova-scheduler.service
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled

Id=cinder-volume.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
"""


def test_used_is_what_runs_or_will_run() -> None:
    units = parse_started(["a", "b", "c", "d"], "Absent=\n\n" + SHOWN).values()
    used = [unit["Id"] for unit in units if Service(cast(Any, None), unit).is_used]
    assert used == ["nova-conductor.service", "nova-compute.service"]


def test_a_node_has_what_is_installed() -> None:
    here = known_node("here", running=["nova-compute"], dormant=["cinder-volume"], masked=["rabbitmq"])
    assert (here.has("cinder-volume"), here.has("rabbitmq", "nova-compute")) == (True, True)
    assert not here.has("nova-conductor", "rabbitmq")
