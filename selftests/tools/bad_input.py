"""What cannot work, tried on a real cloud: each time one line, exit code 4, and nothing is made.

`./lab/lab exec -- .venv/bin/python -m selftests.tools.bad_input`; needs the operator's credentials, GUEST_IMAGE, and
root for the full disk. An external network and a quota are changed for the time of a run of pytest, so nobody else
may use the cloud meanwhile.
"""

import http.server
import os
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import openstack
from openstack.connection import Connection

from fixtures.cloud.client import keystone
from selftests import ROOT

NODES = ("tests/compute/test_compute_nodes.py", "-kmy_ip")
API = ("tests/identity/test_identity_api.py",)
IMAGE = ("--row=GLA-1",)
GUEST = ("--row=NEU-12",)
NOISE = ("Traceback", "INTERNALERROR", "HTTPConnectionPool", "HTTPSConnectionPool")


@dataclass(frozen=True)
class Case:
    """One thing that is wrong."""

    name: str
    told: str
    """How the one line begins."""
    options: Sequence[str]
    env: Mapping[str, str | None] = field(default_factory=dict)
    """None takes a variable away."""
    while_: Callable[[], AbstractContextManager[object]] = nullcontext
    """What holds meanwhile."""


def main() -> int:
    """Try each case, print what came of it, and say whether all was well."""
    cloud = openstack.connect()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bad-input-")))
        before = _made_by_the_suite(cloud)
        failed = [case.name for case in _cases(cloud, folder, stack) if not _try(case, cloud, folder)]
        left = _made_by_the_suite(cloud) - before
    print(f"\nleft behind: {', '.join(sorted(left)) or 'nothing'}")
    print(f"failed: {', '.join(failed) or 'none'}")
    return bool(failed or left)


def _try(case: Case, cloud: Connection, folder: Path) -> bool:
    env = {**os.environ, **case.env}
    command = [sys.executable, "-m", "pytest", "--alluredir=", f"--report-dir={folder / 'report'}", *case.options]
    began = time.monotonic()
    with case.while_():
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={name: value for name, value in env.items() if value is not None},
            capture_output=True,
            text=True,
        )
    said = done.stdout + done.stderr
    lines = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line]
    wrong = list(_mistakes(case, done.returncode, said, lines, str(cloud.config.auth["password"])))
    print(f"{'FAILED' if wrong else 'ok':7}{case.name:32}{done.returncode}{time.monotonic() - began:6.1f} s", *wrong)
    print(*(f"       {line}" for line in lines), sep="\n", flush=True)
    return not wrong


def _mistakes(case: Case, code: int, said: str, lines: Sequence[str], password: str) -> Iterator[str]:
    if code != 4:
        yield f"exit code {code}"
    yield from (noise for noise in NOISE if noise in said)
    if password in said:
        yield "the password is shown"
    if len(lines) != 1:
        yield f"{len(lines)} lines"
    if not all(line.startswith(case.told) and ". Fix: " in line for line in lines):
        yield f"expected {case.told}… Fix: …"


def _made_by_the_suite(cloud: Connection) -> set[str]:
    compute, network = cloud.compute, cloud.network
    everything = [
        *keystone(cloud).projects(),
        *keystone(cloud).users(),
        *compute.servers(all_projects=True),
        *compute.flavors(),
        *compute.keypairs(),
        *network.networks(),
        *network.subnets(),
        *network.routers(),
        *network.security_groups(),
        *cloud.image.images(),
        *cloud.block_storage.volumes(all_projects=True),
        *cloud.block_storage.snapshots(all_projects=True),
    ]
    named = {f"{type(each).__name__} {each.name}" for each in everything if str(each.name).startswith("acc-")}
    ips = (each for each in network.ips() if str(each.description).startswith("acc-"))
    return named | {f"FloatingIP {each.floating_ip_address}" for each in ips}


def _cases(cloud: Connection, folder: Path, stack: ExitStack) -> Iterator[Case]:
    yield from _bad_settings()
    yield from _bad_nodes(folder)
    yield from _bad_credentials(cloud, folder, stack)
    yield from _bad_images(folder)
    yield from _bad_projects(cloud)
    if os.geteuid() == 0:
        results = folder / "full"
        yield Case("disk full", "--alluredir=", (*API, f"--alluredir={results}/x"), while_=lambda: _tmpfs(results))


def _bad_settings() -> Iterator[Case]:
    yield Case("malformed factor", "--timeout-scale=abc: ", ("--timeout-scale=abc", *API))
    yield Case("malformed memory", "FLAVOR_RAM=64M: ", API, {"FLAVOR_RAM": "64M"})
    yield Case("unknown row", "--row=NOVA-99: ", ("--row=NOVA-99",))
    yield Case("unknown row in -m", "-m NOVA-99: ", ("-m", 'req("NOVA-99")'))
    yield Case("half a role", "--role=compute: ", ("--hosts=compute1", "--role=compute", *NODES))
    yield Case("unknown role", "--role=compue=compute1: ", ("--hosts=compute1", "--role=compue=compute1", *NODES))
    yield Case(
        "no compute node", "--hosts: no node with the role compute", ("--hosts=controller", "--row=NOVA-6", "-knodes")
    )
    yield Case("no results folder", "--alluredir=/dev/null/x: ", (*API, "--alluredir=/dev/null/x"))


def _bad_nodes(folder: Path) -> Iterator[Case]:
    other = folder / "other_key"
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other))
    changed = folder / "changed"
    changed.write_text(f"compute1 {other.with_suffix('.pub').read_text()}")
    usual = _ssh_config(folder / "usual")
    wrong_key = _ssh_config(folder / "wrong-key", key=other)
    wrong_host = _ssh_config(folder / "wrong-host", known_hosts=changed)
    unknown_host = _ssh_config(folder / "unknown-host", known_hosts=Path(os.devnull))

    def case(name: str, told: str, *options: str) -> Case:
        return Case(name, f"--hosts: {told}", (*options, *NODES))

    compute1, twice = "--hosts=compute1", "controller and 10.0.0.11 are one machine"
    yield case("unknown host", "nowhere.invalid: no name server", "--hosts=nowhere.invalid")
    yield case("SSH refused", "compute1: it refuses SSH", "--hosts=compute1:1")
    yield case("no such address", "203.0.113.250: ", "--hosts=203.0.113.250")
    yield case("wrong key", "compute1: it refuses user and key", compute1, wrong_key)
    yield case("host key changed", "compute1: its host key is not the one in", compute1, wrong_host)
    yield case("host key unknown", "compute1: its host key is not known here", compute1, unknown_host)
    yield case("paramiko, wrong key", "compute1: it refuses user and key", "--hosts=paramiko://compute1", wrong_key)
    yield case("paramiko, SSH refused", "compute1: it refuses SSH", "--hosts=paramiko://compute1:1", usual)
    yield case("same name twice", "compute1 is given twice", "--hosts=compute1,compute1")
    yield case("same machine twice", twice, "--hosts=controller,10.0.0.11", "--role=compute=10.0.0.11", usual)
    yield Case("no ssh_config", "--ssh-config=/nofile: ", (compute1, "--ssh-config=/nofile", *NODES))
    ansible = ("--connection=ansible", "--hosts=all", "--ansible-inventory=/nofile")
    yield Case("no inventory", "--ansible-inventory=/nofile: ", (*ansible, *NODES))


def _ssh_config(
    file: Path, key: Path = Path("/etc/ssh/id_ed25519"), known_hosts: Path = Path("/etc/ssh/ssh_known_hosts")
) -> str:
    file.write_text(
        f"Host *\n  User root\n  IdentityFile {key}\n  IdentitiesOnly yes\n  StrictHostKeyChecking yes\n"
        f"  UserKnownHostsFile {known_hosts}\n  GlobalKnownHostsFile {known_hosts}\n"
    )
    return f"--ssh-config={file}"


def _bad_credentials(cloud: Connection, folder: Path, stack: ExitStack) -> Iterator[Case]:
    usual = _variables(cloud)
    nothing = dict.fromkeys(usual, None)
    token = {**usual, "OS_AUTH_TYPE": "v3token", "OS_USERNAME": None, "OS_PASSWORD": None, "OS_USER_DOMAIN_NAME": None}
    tls = f"https://127.0.0.1:{_self_signed(folder, stack)}/v3"
    broken = folder / "clouds.yaml"
    broken.write_text("clouds:\n  admin: {auth: [\n x: y\n")

    def case(name: str, told: str, **env: str | None) -> Case:
        return Case(name, told, API, {**usual, **env})

    yield Case("no credentials", "credentials: none given", API, nothing)
    yield Case("unknown cloud", "--os-cloud=nowhere: no such cloud", ("--os-cloud=nowhere", *API))
    yield Case("malformed clouds.yaml", f"{broken}: no YAML", API, {"OS_CLIENT_CONFIG_FILE": str(broken)})
    yield case("no password", "OS_PASSWORD: missing", OS_PASSWORD=None)
    yield case("wrong password", "OS_PASSWORD: Keystone refuses user", OS_PASSWORD="wrong")
    yield case("unknown user", "OS_PASSWORD: Keystone refuses user nobody", OS_USERNAME="nobody")
    yield case("unknown project", "OS_PASSWORD: Keystone refuses user", OS_PROJECT_NAME="nowhere")
    yield case("unknown domain", "OS_PASSWORD: Keystone refuses user", OS_USER_DOMAIN_NAME="nowhere")
    yield Case("garbage for a token", "OS_TOKEN: ", API, {**token, "OS_TOKEN": "garbage"})
    yield Case("token revoked", "OS_TOKEN: ", API, {**token, "OS_TOKEN": _revoked_token(cloud)})
    yield case("wrong region", "OS_REGION_NAME=Nowhere: the catalogue has only", OS_REGION_NAME="Nowhere")
    yield case("self-signed certificate", f"OS_AUTH_URL={tls}: its certificate is not trusted here", OS_AUTH_URL=tls)
    yield case("endpoint down", "OS_AUTH_URL=http://controller:1/v3: Keystone", OS_AUTH_URL="http://controller:1/v3")
    yield case("name of nobody", "OS_AUTH_URL=http://nowhere.invalid/v3: ", OS_AUTH_URL="http://nowhere.invalid/v3")
    yield case("silent address", "OS_AUTH_URL=http://203.0.113.250/v3: ", OS_AUTH_URL="http://203.0.113.250/v3")
    nova = "http://controller:8774/v2.1"
    yield case("Nova for Keystone", f"OS_AUTH_URL={nova}: what answers there", OS_AUTH_URL=nova)


def _variables(cloud: Connection) -> dict[str, str | None]:
    """The credentials as a keystonerc has them, and nothing from a clouds.yaml."""
    auth = {f"OS_{name.upper()}": str(value) for name, value in cloud.config.auth.items() if value}
    others = {"OS_REGION_NAME": str(cloud.config.region_name), "OS_IDENTITY_API_VERSION": "3"}
    return {**auth, **others, "OS_CLOUD": None, "OS_CLIENT_CONFIG_FILE": None, "OS_CACERT": None}


def _revoked_token(cloud: Connection) -> str:
    token = str(cloud.connect_as_project(cloud.config.auth["project_name"]).authorize())
    cloud.identity.delete("/auth/tokens", headers={"X-Subject-Token": token})
    return token


def _self_signed(folder: Path, stack: ExitStack) -> int:
    """The port of a TLS server on the loopback that nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1")
    _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-addext", "subjectAltName=IP:127.0.0.1", *made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the clients hang up, as they should
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    return int(server.server_port)


def _bad_images(folder: Path) -> Iterator[Case]:
    contents = {"empty": b"", "page": b"<!DOCTYPE html>", "vmdk": b"KDMV" + bytes(600), "text": b"hello\n"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield Case(f"image: {name}", f"--image={folder / name}: ", (*IMAGE, f"--image={folder / name}"))
    newer, large = _qcow2(folder / "cirros-0.6.2.img", 112), _qcow2(folder / "large.img", 3072)
    yield Case("image: no memory for it", "--flavor-ram=64: ", (*GUEST, f"--image={newer}", "--flavor-ram=64"))
    yield Case("image: no disk for it", f"--image={large}: its disk is of 3 GiB", (*GUEST, f"--image={large}"))
    yield Case("image: none", "--image: no guest image", IMAGE, {"GUEST_IMAGE": None})
    yield Case("image: no such file", "--image=/nofile: no such file", (*IMAGE, "--image=/nofile"))
    yield Case("image: a folder", f"--image={folder}: not a file", (*IMAGE, f"--image={folder}"))
    yield Case("image: wrong checksum", "GUEST_IMAGE=", (*IMAGE, f"--image-checksum={'0' * 64}"))
    yield Case("image: no checksum", "--image-checksum=xyz: ", (*IMAGE, "--image-checksum=xyz"))


def _qcow2(file: Path, mib: int) -> Path:
    """The header of one, of that size."""
    file.write_bytes(struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, mib * 1024**2) + bytes(600))
    return file


def _bad_projects(cloud: Connection) -> Iterator[Case]:
    none = (*GUEST, "--external-network=nowhere")
    yield Case("unknown external network", "--external-network=nowhere: there is none", none)
    yield Case("no external network", "external network: none", GUEST, while_=lambda: _no_external_network(cloud))
    full = "external network "
    yield Case("no free address", full, GUEST, while_=lambda: _no_free_address(cloud))
    member = (*GUEST, "--os-cloud=demo")
    yield Case("quota too small", "quota of project demo: instances: ", member, while_=lambda: _no_servers(cloud))


@contextmanager
def _no_external_network(cloud: Connection) -> Iterator[None]:
    networks = list(cloud.network.networks(is_router_external=True))
    try:
        for network in networks:
            cloud.network.update_network(network, is_router_external=False)
        yield
    finally:
        for network in networks:
            cloud.network.update_network(network, is_router_external=True)


@contextmanager
def _no_free_address(cloud: Connection) -> Iterator[None]:
    """The pool of the external network is one address, and a port holds it."""
    network = next(iter(cloud.network.networks(is_router_external=True)))
    subnet = next(iter(cloud.network.subnets(network_id=network.id, ip_version=4)))
    pools, first = subnet.allocation_pools, subnet.allocation_pools[0]["start"]
    port = cloud.network.create_port(network_id=network.id, name="bad-input", fixed_ips=[{"ip_address": first}])
    try:
        cloud.network.update_subnet(subnet, allocation_pools=[{"start": first, "end": first}])
        yield
    finally:
        cloud.network.update_subnet(subnet, allocation_pools=pools)
        cloud.network.delete_port(port)


@contextmanager
def _no_servers(cloud: Connection) -> Iterator[None]:
    before = cloud.get_compute_quotas("demo").instances
    try:
        cloud.set_compute_quotas("demo", instances=0)
        yield
    finally:
        cloud.set_compute_quotas("demo", instances=before)


@contextmanager
def _tmpfs(folder: Path) -> Iterator[None]:
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _run("umount", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
