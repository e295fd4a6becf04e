"""libvirt is asked for the machine that nova.conf names, and its no is told from its silence."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.compute import machine_type
from fixtures.compute.machine_type import MachineType, not_offered
from fixtures.nodes.config import EffectiveConfig

FILE = "/etc/nova/nova.conf"
# As libvirt says it: src/qemu/qemu_capabilities.c, virQEMUCapsCacheLookupDefault()
REFUSED = "invalid argument: the machine 'pc-9' is not supported by emulator '/usr/bin/qemu-system-x86_64'"


@pytest.fixture
def compute1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    program(tmp_path, "uname", "echo x86_64\n")
    inside = SimpleNamespace(host=testinfra.get_host("local://"), container=None)
    return SimpleNamespace(name="compute1", service=lambda _: inside)


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}")
    (folder / name).chmod(0o755)


def config(text: str) -> EffectiveConfig:
    return EffectiveConfig("nova-compute.service", {FILE: text})


def asked(compute1: Any, monkeypatch: pytest.MonkeyPatch, text: str) -> MachineType | str:
    monkeypatch.setattr(machine_type, "nova_conf_of", lambda _: config(text))
    told: MachineType | str = machine_type._machine_type_on.read(compute1)
    return told


@pytest.mark.parametrize(
    ("machines", "words"),
    [
        ("aarch64=virt, x86_64=q35", " --machine q35"),
        ("x86_64=pc", " --machine pc"),
        ("aarch64=virt", ""),
        ("", ""),
    ],
)
def test_the_machine_of_the_nodes_own_architecture_is_asked_for(
    compute1: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machines: str, words: str
) -> None:
    program(tmp_path, "virsh", 'echo "$*" > "$0.asked"\n')
    told = asked(compute1, monkeypatch, f"[libvirt]\nvirt_type = qemu\nhw_machine_type = {machines}\n")
    assert told == MachineType("qemu", words.removeprefix(" --machine "), "")
    line = (tmp_path / "virsh.asked").read_text().strip()
    assert line == f"-c qemu:///system domcapabilities --virttype qemu --arch x86_64{words}"


def test_what_libvirt_does_not_offer_is_told_with_the_option(
    compute1: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "virsh", f'echo "error: failed to get emulator capabilities\nerror: {REFUSED}" >&2; exit 1\n')
    text = "[libvirt]\nvirt_type = qemu\nhw_machine_type = x86_64=pc-9\n"
    machine = asked(compute1, monkeypatch, text)
    assert machine == MachineType("qemu", "pc-9", REFUSED)
    assert isinstance(machine, MachineType)
    told = not_offered(compute1, config(text), machine)
    assert told.startswith(f"compute1: [libvirt] hw_machine_type = x86_64=pc-9 ({FILE}:3), but libvirt does not offer")
    assert "not supported by emulator" in told
    assert "Fix: on compute1, virsh capabilities lists the machines that there are; set [libvirt] hw_ma" in told
    assert told.endswith(f"in {FILE}, then systemctl restart nova-compute.service")
    assert not not_offered(compute1, config(text), MachineType("qemu", "pc", ""))


def test_without_a_machine_it_is_virt_type_that_libvirt_has_not(compute1: Any) -> None:
    why = "invalid argument: unable to find any emulator to serve 'x86_64' architecture"
    told = not_offered(compute1, config("[DEFAULT]\n"), MachineType("kvm", "", why))
    assert told.startswith("compute1: [libvirt] virt_type = kvm (the default), but libvirt does not offer that")


@pytest.mark.parametrize(
    "script",
    [
        "echo 'error: failed to connect to the hypervisor' >&2; exit 1\n",
        "echo 'error: command 'domcapabilities' doesn't support option --virttype' >&2; exit 1\n",
        "exit 124\n",
    ],
)
def test_what_does_not_answer_has_not_said_no(
    compute1: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program(tmp_path, "virsh", script)
    assert "virsh domcapabilities tells nothing" in str(asked(compute1, monkeypatch, "[libvirt]\nvirt_type = qemu\n"))


@pytest.mark.parametrize("text", ["[DEFAULT]\ncompute_driver = ironic.IronicDriver\n", "[libvirt]\nvirt_type = lxc\n"])
def test_servers_that_are_not_qemus_are_left_alone(compute1: Any, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert asked(compute1, monkeypatch, text) == "compute1: its servers are not QEMU's"


def test_kvm_without_its_device_is_another_checks(compute1: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_type, "ASK", machine_type.ASK.replace("/dev/kvm", "/nowhere/kvm"))
    assert "there is no /dev/kvm" in str(asked(compute1, monkeypatch, "[DEFAULT]\n"))
