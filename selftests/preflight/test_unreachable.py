import socket
from types import SimpleNamespace
from typing import Any

import pytest
from testinfra.backend import BACKENDS

from fixtures.preflight.unreachable import ASK, OVER_SSH, why


def backend(way: str, **given: str) -> Any:
    return SimpleNamespace(get_connection_type=lambda: way, **given)


@pytest.mark.parametrize(
    ("way", "given", "command"),
    [
        ("ssh", {}, "ssh x uname -n"),
        ("safe-ssh", {}, "ssh x uname -n"),
        ("paramiko", {}, "ssh x uname -n"),
        ("ansible", {"ansible_inventory": "hosts.ini"}, "ansible -i hosts.ini x -m command -a 'uname -n'"),
        ("local", {}, "uname -n"),
        ("docker", {}, "docker exec x uname -n"),
        ("docker", {"user": "nova"}, "docker exec -u nova x uname -n"),
        ("podman", {}, "podman exec x uname -n"),
        ("kubectl", {}, "kubectl exec x -- uname -n"),
        ("kubectl", {"namespace": "openstack", "container": "nova"}, "kubectl exec -n openstack -c nova x -- uname -n"),
        ("openshift", {"kubeconfig": "/k"}, "oc exec --kubeconfig /k x -- uname -n"),
        ("lxc", {}, "lxc exec x -- uname -n"),
        ("salt", {}, "salt x cmd.run 'uname -n'"),
        ("chroot", {}, "chroot x uname -n"),
    ],
)
def test_the_mend_is_the_command_of_the_way(way: str, given: dict[str, str], command: str) -> None:
    line = why(backend(way, **given), "x", "cosmic rays")
    assert line.endswith(f"x: it cannot be asked: cosmic rays. Fix: try {command}")


def test_every_way_of_testinfra_has_its_command() -> None:
    assert set(BACKENDS) - set(ASK) - OVER_SSH == {"winrm"}  # to Windows


@pytest.mark.parametrize(
    ("way", "told", "line"),
    [
        (
            "podman",
            "/bin/sh: 1: podman: not found",
            "--hosts: podman://x: there is no podman here. Fix: run the suite where podman works, or give the node",
        ),
        ("openshift", "bash: oc: command not found", "--hosts: openshift://x: there is no oc here. Fix: "),
        (
            "docker",
            "Error response from daemon: No such container: x",
            "--hosts: docker://x: there is none of that name. Fix: correct it; docker ps shows them",
        ),
        (
            "kubectl",
            'Error from server (NotFound): pods "x" not found',
            "--hosts: kubectl://x: there is none of that name. Fix: correct it; kubectl get pods -A shows them",
        ),
        (
            "kubectl",
            "dial tcp 127.0.0.1:8080: connect: connection refused",
            "--hosts: kubectl://x: it cannot be asked: ",
        ),
        ("docker", "/bin/sh: 1: sudo: not found", "--hosts: x: it has no sudo. Fix: "),
    ],
)
def test_what_is_known_of_containers_is_told(way: str, told: str, line: str) -> None:
    assert why(backend(way), "x", told).startswith(line)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", socket.gethostname()])
def test_this_machine_needs_no_ssh(name: str) -> None:
    refused = f"ssh: connect to host {name} port 22: Connection refused"
    assert why(backend("ssh"), name, refused).endswith("; or give local:// instead, for this machine itself")


def test_another_machine_needs_it() -> None:
    assert "local://" not in why(backend("ssh"), "c1", "ssh: connect to host c1 port 22: Connection refused")
