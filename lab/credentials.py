"""Passwords and keys of one build: random, in files only root can read."""

import base64
import hashlib
import json
import secrets
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.machines import Machine

_NAMES = (
    *(f"{service}_DBPASS" for service in ("KEYSTONE", "GLANCE", "PLACEMENT", "NOVA", "NEUTRON", "CINDER")),
    *(f"{service}_PASS" for service in ("GLANCE", "PLACEMENT", "NOVA", "NEUTRON", "CINDER", "SWIFT")),
    *("ADMIN_PASS", "DEMO_PASS", "RABBIT_PASS", "METADATA_SECRET", "SWIFT_HASH_SUFFIX", "SWIFT_HASH_PREFIX"),
)  # fmt: skip


def passwords() -> dict[str, str]:
    """Return a random password by name; the broker's also as RabbitMQ's salted SHA-256 (RabbitMQ guide, "Passwords")."""
    table = {name: secrets.token_hex(12) for name in _NAMES}
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + table["RABBIT_PASS"].encode()).digest()
    return {**table, "RABBIT_PASS_HASH": base64.b64encode(salt + digest).decode()}


def write_host_keys(folder: Path, machines: Iterable[Machine]) -> None:
    """Make an SSH host key for each machine, and a known_hosts that lists them."""
    lines = []
    for machine in machines:
        (folder / machine.name).mkdir(parents=True)
        public = _ssh_key(folder / machine.name / "ssh_host_ed25519_key")
        lines.append(f"{machine.name},{machine.address} {public}\n")
    (folder / "known_hosts").write_text("".join(lines))


def write_nova_key(folder: Path) -> None:
    """Make the SSH key with which the user nova logs in from one compute node to another."""
    folder.mkdir(parents=True)
    _ssh_key(folder / "id_ed25519")


def write_ca(folder: Path) -> None:
    """Make the CA that signs the certificates of a cloud: ca.pem, and its key beside it."""
    folder.mkdir(parents=True)
    names = ["-subj", "/O=openstack-lab/CN=The lab's CA", "-addext", "basicConstraints=critical,CA:TRUE"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256", "-days", "3650"]
    files = ["-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem")]
    subprocess.run(["openssl", "req", "-x509", *kind, *names, *files], check=True, capture_output=True)


def write_runner(
    folder: Path, machines: Iterable[Machine], values: Mapping[str, str], cacert: Path | None = None
) -> None:
    """Write what the runner's side needs: clouds.yaml, keystonerc files, an SSH key, the hosts' names.

    Arguments:
        folder: where to write.
        machines: the machines to reach by SSH.
        values: the build's passwords.
        cacert: where the CA will be that signs the certificates of the cloud, if it has any.
    """
    folder.mkdir(mode=0o700)
    _ssh_key(folder / "id_ed25519")
    (folder / "hosts").write_text("".join(f"{machine.address} {machine.name}\n" for machine in machines))
    users = {name: (name, values[f"{name.upper()}_PASS"]) for name in ("admin", "demo")}
    _private(
        folder / "clouds.yaml",
        json.dumps({"clouds": {name: _cloud(*user, cacert) for name, user in users.items()}}, indent=2),
    )
    for name, user in users.items():
        _private(folder / f"keystonerc_{name}", _keystonerc(*user, cacert))


def _ssh_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "openstack-lab", "-f", path], check=True)
    return path.with_name(path.name + ".pub").read_text().strip()


def _cloud(user: str, password: str, cacert: Path | None) -> dict[str, object]:
    auth = {
        "auth_url": "http://controller:5000/v3",
        "username": user,
        "password": password,
        "project_name": user,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    trust = {"cacert": str(cacert)} if cacert else {}
    return {"auth": auth, "region_name": "RegionOne", "identity_api_version": 3, **trust}


def _keystonerc(user: str, password: str, cacert: Path | None) -> str:
    # The form packstack leaves behind.
    lines = ["unset OS_SERVICE_TOKEN"]
    lines += [f"export OS_USERNAME={user}", f"export OS_PASSWORD='{password}'", "export OS_REGION_NAME=RegionOne"]
    lines += ["export OS_AUTH_URL=http://controller:5000/v3", f"export PS1='[\\u@\\h \\W(keystone_{user})]\\$ '"]
    lines += [f"export OS_PROJECT_NAME={user}", "export OS_USER_DOMAIN_NAME=Default"]
    lines += ["export OS_PROJECT_DOMAIN_NAME=Default", "export OS_IDENTITY_API_VERSION=3"]
    lines += [f"export OS_CACERT={cacert}"] if cacert else []
    return "\n".join(lines) + "\n"


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
