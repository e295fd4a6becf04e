"""A node with systemd and a container engine, of which each is a program in a folder that answers as the real one."""

import json
from pathlib import Path
from typing import Any

from selftests.nodes.test_process_args import program

# As docker prints it: https://github.com/spotify/docker-client/issues/631 (State), kolla's Dockerfiles (Path, Labels),
# ansible/roles/nova-cell/defaults/main.yml of kolla-ansible (Mounts)
NOVA_COMPUTE: dict[str, Any] = {
    "Path": "dumb-init",
    "Args": ["--single-child", "--", "kolla_start"],
    "State": {"Status": "running", "Pid": 0, "StartedAt": "2023-05-02T01:12:04.492040123Z"},
    "Name": "/nova_compute",
    "RestartCount": 0,
    "HostConfig": {"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}},
    "Mounts": [
        {
            "Type": "bind",
            "Source": "/etc/kolla/nova-compute",
            "Destination": "/var/lib/kolla/config_files",
            "Mode": "ro",
            "RW": False,
            "Propagation": "rprivate",
        }
    ],
    "Config": {
        "Image": "quay.io/openstack.kolla/nova-compute:2023.1-ubuntu-jammy",
        "Labels": {"kolla_version": "16.1.0", "name": "nova-compute"},
    },
}
# As podman prints it: the sample in ansible's podman_container_info.py, of a container of TripleO's that never ran
HAPROXY: dict[str, Any] = {
    "Path": "dumb-init",
    "Args": ["--single-child", "--", "kolla_start"],
    "State": {"Status": "configured", "Pid": 0, "StartedAt": "0001-01-01T00:00:00Z"},
    "Name": "haproxy",
    "RestartCount": 0,
    "HostConfig": {"RestartPolicy": {"Name": "", "MaximumRetryCount": 0}},
    "Mounts": [],
    "Config": {
        "Image": "docker.io/tripleomaster/centos-haproxy:latest",
        "Labels": {"build-date": "20190919", "kolla_version": "8.1.0", "name": "haproxy"},
    },
}
UNIT = """\
Id={unit}
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
NRestarts=0
ActiveEnterTimestampMonotonic=1000000
MainPID=1
ExecStart={{ path=/usr/bin/{first} ; argv[]=/usr/bin/{command} ; ignore_errors=no ; pid=1 ; code=(null) }}
"""
# What the templates of `inspect --format` come to, made by the names that stand in them; and `exec`, which runs it here
ENGINE = r"""
case $1 in
    ps) {ps} ;;
    inspect)
        shift 4
        for name; do cat "{folder}/inspected-$name"; done ;;
    exec)
        [ "$2 $3" = "-u 0" ] || exit 125
        cat "{folder}/refused-$4" >&2 2> /dev/null && exit 1
        shift 4
        IN_CONTAINER=yes exec "$@" ;;
    logs) cat "{folder}/logs" >&2 ;;
esac
"""


def with_unit(folder: Path, *shown: str) -> None:
    """A systemctl that shows these units, each for one that it is asked for."""
    blocks = "\n".join(shown)
    program(folder, "systemctl", f"cat <<'END'\n{blocks}\nEND\n")


def with_engine(folder: Path, engine: str, *containers: dict[str, Any], refuses: str = "") -> None:
    """An engine that has these containers.

    Args:
        refuses: what it says instead of listing them.
    """
    names = [container["Name"].lstrip("/") for container in containers]
    listed = "printf '%s\\n' " + " ".join(names or ["''"])
    ps = f"echo '{refuses}' >&2; exit 1" if refuses else listed
    program(folder, engine, ENGINE.replace("{ps}", ps).replace("{folder}", str(folder)))
    for name, container in zip(names, containers, strict=True):
        (folder / f"inspected-{name}").write_text(_line(engine, container))


def _line(engine: str, container: dict[str, Any]) -> str:
    """As fixtures.nodes.containers.FORMAT has it."""
    told = {
        "status": container["State"]["Status"],
        "started": container["State"]["StartedAt"],
        "restarts": container["RestartCount"],
        "policy": container["HostConfig"]["RestartPolicy"]["Name"],
        "image": container["Config"]["Image"],
        "version": (container["Config"]["Labels"] or {}).get("kolla_version", ""),
        "mounts": container["Mounts"],
    }
    return f"{container['Name']} {engine} {container['State']['Pid']} {json.dumps(told)}\n"
