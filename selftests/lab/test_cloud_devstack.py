"""The lab's cloud in DevStack's shape."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.nodes.unit_names import UNIT_NAMES
from lab import faults, machines
from lab.paths import LAB

SWIFT = ("account", "container", "object", "proxy")


def test_a_fault_is_broken_in_the_places_that_devstack_has() -> None:
    script = "keep $LB /etc/nova/nova.conf\nsystemctl stop nova-conductor\nage_reports nova-conductor\n"
    assert faults.in_words_of(["devstack"], "LB=/etc/neutron/plugins/ml2/linuxbridge_agent.ini\n" + script) == (
        "LB=/etc/neutron/plugins/ml2/ml2_conf.ini\nkeep $LB /etc/nova/nova[.-]c*f\n"
        "systemctl stop devstack@n-super-cond.service devstack@n-cond-cell1.service\nage_reports nova-conductor\n"
    )


@pytest.mark.parametrize(("cloud", "one"), [("devstack", "q-l3"), ("next", "q-ovn-metadata-agent")])
def test_no_fault_starts_or_stops_a_unit_of_debians_on_devstack(cloud: str, one: str) -> None:
    lines = [line for machine in machines.machines(cloud).values() for line in told_on(machine, cloud)]
    words = {word.removesuffix(".service") for line in lines if "systemctl" in line for word in line.split()}
    services = {word for word in words if re.match(r"devstack@|(cinder|glance|neutron|nova|swift)-", word)}
    assert f"devstack@{one}" in services
    assert services <= {"cinder-volumes-loop", *devstack_units()}


def told_on(machine: machines.Machine, cloud: str) -> list[str]:
    """The lines of all scripts that faults have for a machine, in its words."""
    scripts = [
        script
        for fault in faults.catalogue().values()
        if fault.can_be_on(cloud)
        for each in (fault.breaks, fault.mends)
        for name, script in each.items()
        if machine in faults.of_name(name, cloud)
    ]
    return faults.in_words_of(machine.roles, "\n".join(scripts)).splitlines()


def test_the_suite_knows_the_units_of_devstack_that_the_lab_makes() -> None:
    known = {name for names in UNIT_NAMES["devstack"].values() for name in names}
    apis = {f"devstack@{name}" for name in ("keystone", "placement-api", "g-api", "n-api", "n-api-meta", "c-api")}
    assert {f"{name}.service" for name in devstack_units() - apis} <= known | {"devstack@n-super-cond.service"}


def devstack_units() -> set[str]:
    """The units that the role writes."""
    script = (LAB / "roles/devstack/units").read_text()
    found = re.findall(r"^ *(?:api|program) \S+ (\S+)", script, re.MULTILINE)
    return {f"devstack@{name}" for name in (*found, *(f"s-{kind}" for kind in SWIFT))}


def test_what_a_message_must_say_has_the_names_of_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = faults.named("nova-compute-stopped")
    assert faults.said_here(fault) == fault.words
    monkeypatch.setattr(machines, "chosen", lambda: "devstack")
    assert faults.said_here(fault) == ("devstack@n-cpu.service", "not running")


def test_options_are_put_over_a_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "nova.conf"
    file.write_text("[DEFAULT]\nmy_ip = 10.0.0.101\ndebug = false\n\n[vnc]\nserver_listen = $my_ip\n")
    options = "[DEFAULT]\ndebug = true\n[libvirt]\nvirt_type = qemu\n"
    script = LAB / "roles/devstack/merge_config_file.py"
    subprocess.run([sys.executable, script, file], input=options, text=True, check=True)
    assert file.read_text() == (
        "[DEFAULT]\nmy_ip = 10.0.0.101\ndebug = true\n\n"
        "[vnc]\nserver_listen = $my_ip\n\n[libvirt]\nvirt_type = qemu\n\n"
    )


def test_dpkg_forgets_the_projects_and_no_other_package(tmp_path: Path) -> None:
    virtualenv = runpy.run_path(str(LAB / "roles/devstack/virtualenv.py"))
    forget = virtualenv["forgotten_by_dpkg"]
    forget.__globals__["DPKG"] = tmp_path
    ours = ["Package: python3-nova\nSource: nova (2:26.2.2-1)\n", "Package: keystone\nVersion: 1\n"]
    others = ["Package: python3-novaclient\nSource: python-novaclient\n", "Package: sudo\nVersion: 1\n"]
    (tmp_path / "status").write_text("\n".join([ours[0], others[0], ours[1], others[1]]))
    assert forget() == ["python3-nova", "keystone"]
    assert (tmp_path / "status").read_text() == "\n".join(others)


def test_a_program_is_moved_unless_the_environment_has_its_own(tmp_path: Path) -> None:
    install = runpy.run_path(str(LAB / "roles/devstack/virtualenv.py"))["install"]
    install.__globals__["VENV"] = tmp_path
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/nova-manage").write_text("the index's")
    (tmp_path / "nova-manage").symlink_to(tmp_path / "bin/nova-manage")
    (tmp_path / "nova-status").write_text("#! /usr/bin/python3\n")
    for name in ("nova-manage", "nova-status", "nova-gone"):
        install(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
    assert {path.name: path.read_text() for path in (tmp_path / "bin").iterdir()} == {
        "nova-manage": "the index's",
        "nova-status": f"#!{tmp_path}/bin/python3\n",
    }
