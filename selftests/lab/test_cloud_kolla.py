"""The lab's cloud in kolla-ansible's shape."""

import re
import tomllib

import pytest

from lab import faults, machines
from lab.paths import LAB
from selftests.lab.test_build import told_in

KOLLA = tomllib.loads((LAB / "roles/kolla/containers.toml").read_text())
WORDS = {
    "unit", "image", "user", "command", "files", "optional", "rings", "privileged", "ipc", "pid",
    "volumes", "stop", "owned",
}  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "script", "there"),
    [
        ("compute1", "systemctl restart nova-compute", "systemctl restart kolla-nova_compute-container"),
        ("compute1", "systemctl stop libvirtd.socket libvirtd", "systemctl stop kolla-nova_libvirt-container"),
        ("compute1", "systemctl stop iscsid.socket iscsid.service", "systemctl stop kolla-iscsid-container.service"),
        ("block1", "systemctl disable cinder-volumes-loop", "systemctl disable cinder-volumes-loop"),
        ("block1", "put_back /etc/cinder/cinder.conf", "put_back /etc/kolla/cinder-*/cinder.conf"),
        ("block1", "mv /sbin/lvextend /root/", "mv /opt/kolla-programs/sbin/lvextend /root/"),
        ("controller", "systemctl restart haproxy", "systemctl restart kolla-haproxy-container"),
        ("controller", "a >> /etc/swift/swift.conf", "a | tee -a /etc/kolla/swift-*/swift.conf > /dev/null"),
        ("controller", "sql() { mariadb \"$1\"; }", "sql() { podman exec --user root mariadb mariadb \"$1\"; }"),
    ],
)  # fmt: skip
def test_a_fault_is_broken_in_the_containers_of_kolla(machine: str, script: str, there: str) -> None:
    told = faults.in_words_of(machines.machines("kolla-tls")[machine].roles, f"first=line\n{script}\n")
    assert there in told.splitlines()


@pytest.mark.parametrize(
    "said",
    [
        said
        for fault in faults.catalogue().values()
        if fault.can_be_on("kolla-tls")
        for said in fault.words
        if ".service" in said
    ],
)
def test_the_suite_is_to_say_the_names_of_the_containers(said: str) -> None:
    roles = machines.machines("kolla-tls")["controller"].roles
    assert re.fullmatch(r".*kolla-[a-z0-9_]+-container\.service.*", faults.in_words_of(roles, said))


def units_of(cloud: str) -> set[str]:
    """What the scripts of all faults give to systemctl, in the words of a cloud."""
    verbs = "stop|start|restart|enable|disable|reset-failed"
    calls = re.findall(rf"systemctl (?:-q )?(?:{verbs})(?: --no-block)? ([^|\n]+)", "\n".join(told_in(cloud)))
    return {unit.removesuffix(".service") for call in calls for unit in call.split()}


def test_every_unit_that_a_fault_names_is_a_container_of_kolla_or_the_machines_own() -> None:
    containers = {f"kolla-{name}-container" for name in KOLLA}
    assert units_of("kolla-tls") - containers == {"chrony", "netfilter-persistent", "cinder-volumes-loop"}


def test_each_container_of_kolla_stands_for_a_unit_of_its_own() -> None:
    units = [entry["unit"] for entry in KOLLA.values()]
    assert len(units) == len(set(units))
    assert all(set(entry) <= WORDS for entry in KOLLA.values())
