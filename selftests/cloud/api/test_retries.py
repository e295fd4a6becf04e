import io
import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openstack
import pytest
import requests
from openstack.connection import Connection

from fixtures.cloud.api import retries
from fixtures.cloud.api.retries import TRIES
from fixtures.cloud.client import FreshConnection, steadied
from fixtures.core.request_stats import EFFORT
from fixtures.core.waiting import wait_for

Answer = tuple[int, Any]
Api = Callable[[str, str, bytes], Answer]
"""Method, path and body; status, and what is shown as JSON."""


class FlakyServer(ThreadingHTTPServer):
    """An API with troubles to come, one for each request: 503, reset, lost (done, but not answered), or none."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.api: Api = lambda method, path, body: (200, {})
        self.troubles: list[str] = []
        self.heard: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None: ...


class Handler(BaseHTTPRequestHandler):
    server: FlakyServer

    def answer(self) -> None:
        trouble = self.server.troubles.pop(0) if self.server.troubles else ""
        self.server.heard.append(f"{self.command} {self.path}")
        if trouble == "reset":
            self.reset()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, shown = (503, "no server") if trouble == "503" else self.server.api(self.command, self.path, body)
        if trouble == "lost":
            self.reset()
            return
        content = json.dumps(shown).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.cloud.api.retries.FIRST_PAUSE", 0.01)


@pytest.fixture
def server() -> Iterator[FlakyServer]:
    with FlakyServer() as flaky:
        thread = threading.Thread(target=flaky.serve_forever, args=(0.01,))
        thread.start()
        yield flaky
        flaky.shutdown()
        thread.join()


@pytest.fixture
def session() -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", FreshConnection())
    return made


@pytest.fixture
def cloud(server: FlakyServer) -> Connection:
    nowhere: dict[str, Any] = {"load_yaml_config": False, "load_envvars": False, "auth_type": "none"}
    return steadied(openstack.connect(**nowhere, network_endpoint_override=server.url))


class Things:
    """What an API keeps: created by POST, listed by GET, deleted by DELETE."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.there: list[dict[str, Any]] = []

    def __call__(self, method: str, path: str, body: bytes) -> Answer:
        if method == "POST":
            self.there.append({"id": f"id{len(self.there)}", **json.loads(body)[self.key]})
            return 201, {self.key: self.there[-1]}
        return 200, {f"{self.key}s": self.there, f"{self.key}s_links": []}


@pytest.mark.parametrize("trouble", ["503", "reset", "lost"])
def test_a_read_is_sent_again(server: FlakyServer, session: requests.Session, trouble: str) -> None:
    server.api = lambda *_: (200, {"servers": []})
    server.troubles = [trouble, trouble]
    before = EFFORT.repeated
    assert session.get(f"{server.url}/servers").json() == {"servers": []}
    assert EFFORT.repeated - before == 2


def test_a_lasting_refusal_is_given_back_as_it_is(server: FlakyServer, session: requests.Session) -> None:
    server.api = lambda *_: (503, {"error": {"message": "maintenance"}})
    answer = session.get(f"{server.url}/servers")
    assert answer.status_code == 503 and answer.json()["error"]["message"] == "maintenance"
    assert len(server.heard) == TRIES


def test_an_answer_that_is_late_is_asked_for_until_the_end_of_the_wait(
    server: FlakyServer, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LATEST_TRY", 0)
    server.troubles = ["reset", "reset"]
    answer = wait_for("the server", lambda: session.get(f"{server.url}/servers"), lambda _: True, 60, fix="wait")
    assert answer.status_code == 200
    server.troubles = ["reset"]
    with pytest.raises(requests.ConnectionError):
        session.get(f"{server.url}/servers")


def test_what_is_down_is_not_waited_for_again(server: FlakyServer, session: requests.Session) -> None:
    statuses = [503] * (TRIES + 1) + [200, 503, 200]
    server.api = lambda *_: (statuses.pop(0), {})
    answers = [session.get(f"{server.url}/servers").status_code for _ in range(4)]
    assert answers == [503, 503, 200, 200]


@pytest.mark.parametrize(("error", "seconds"), [(requests.ReadTimeout, 30), (requests.ConnectionError, 60)])
def test_who_only_looks_waits_for_less_where_others_waited_in_vain(error: type[Exception], seconds: float) -> None:
    look, change = (requests.Request(method, "http://nova.silent/servers").prepare() for method in ("GET", "DELETE"))
    answer = requests.Response()
    answer.status_code = 200
    answers: list[Exception | requests.Response] = [*[error() for _ in range(TRIES)], answer]

    def send(_: requests.PreparedRequest) -> requests.Response:
        if isinstance(given := answers.pop(0), Exception):
            raise given
        return given

    assert retries.time_for(look, 60) == 60
    with pytest.raises(error):
        retries.answer_to(look, send)
    assert (retries.time_for(look, 60), retries.time_for(change, 60)) == (seconds, 60)
    assert wait_for("it", lambda: retries.time_for(look, 60), bool, 60, fix="") == 60
    retries.answer_to(look, send)
    assert retries.time_for(look, 60) == 60


def test_a_create_during_a_lasting_refusal_is_sent_once(server: FlakyServer, session: requests.Session) -> None:
    server.api = lambda method, *_: (503, {"error": {"message": f"no {method}"}})
    answer = session.post(f"{server.url}/v2.0/networks", json={"network": {"name": "acc-1-network"}})
    assert answer.status_code == 503 and answer.json()["error"]["message"] == "no POST"
    assert len([heard for heard in server.heard if heard.startswith("POST")]) == 1


def test_a_service_that_is_down_is_told_as_ever(session: requests.Session) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody else gets it
        with pytest.raises(requests.ConnectionError):
            session.get(f"http://127.0.0.1:{closed.getsockname()[1]}/")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_another_refusal_is_not_tried_again(server: FlakyServer, session: requests.Session, status: int) -> None:
    server.api = lambda *_: (status, {})
    assert session.delete(f"{server.url}/v2.0/networks/id0").status_code == status
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "path", ["/v3/auth/tokens", "/v2.1/servers/id0/remote-consoles", "/v1/AUTH_p1/acc-1a2b3c4d5e6f-public"]
)
def test_a_post_that_does_no_harm_twice_is_sent_again(
    server: FlakyServer, session: requests.Session, path: str
) -> None:
    server.troubles = ["lost", "reset"]
    assert session.post(server.url + path, json={"auth": {}}).ok


@pytest.mark.parametrize("trouble", ["503", "reset", "lost"])
@pytest.mark.parametrize(
    ("path", "key"),
    [("servers", "server"), ("v2.0/networks", "network"), ("v3/projects", "project"), ("os-keypairs", "keypair")],
)
def test_what_was_created_is_created_once(
    server: FlakyServer, session: requests.Session, path: str, key: str, trouble: str
) -> None:
    server.api = things = Things(key)
    server.troubles = [trouble]
    made = session.post(f"{server.url}/{path}", json={key: {"name": "acc-1-thing"}})
    assert made.ok and made.json() == {key: things.there[0]}
    assert len(things.there) == 1


def test_an_image_is_found_without_a_wrapping(server: FlakyServer, session: requests.Session) -> None:
    images: list[dict[str, Any]] = []

    def glance(method: str, path: str, body: bytes) -> Answer:
        if method == "POST":
            images.append({"id": "i1", "tags": ["acc-1"], **json.loads(body)})
        return 200, {"images": images, "schema": "/v2/schemas/images"}

    server.api = glance
    server.troubles = ["lost"]
    made = session.post(f"{server.url}/v2/images", json={"name": "acc-1-image", "tags": ["acc-1"]})
    assert made.json() == images[0] and len(images) == 1


def test_a_rule_is_told_from_others_of_its_group(server: FlakyServer, session: requests.Session) -> None:
    server.api = things = Things("security_group_rule")
    rules: list[dict[str, Any]] = [
        {"protocol": "icmp"},
        {"protocol": "tcp", "port_range_min": 22, "port_range_max": 22},
    ]
    server.troubles = ["", "503"]
    for rule in rules:
        wanted = {"security_group_id": "g1", "direction": "ingress", **rule}
        made = session.post(f"{server.url}/v2.0/security-group-rules", json={"security_group_rule": wanted}).json()
        assert made["security_group_rule"]["protocol"] == rule["protocol"]
    assert len(things.there) == 2


def test_what_has_no_name_is_told_from_its_like(server: FlakyServer, session: requests.Session) -> None:
    server.api = things = Things("floatingip")
    server.troubles = ["", "lost", "", "lost"]
    attributes = {"floating_network_id": "ext1", "description": "acc-1"}
    url = f"{server.url}/v2.0/floatingips"
    made = [session.post(url, json={"floatingip": attributes}).json()["floatingip"]["id"] for _ in range(3)]
    assert made == [each["id"] for each in things.there]


def test_a_create_that_cannot_be_found_again_is_sent_once(server: FlakyServer, session: requests.Session) -> None:
    server.troubles = ["lost"]
    with pytest.raises(requests.ConnectionError):
        session.post(f"{server.url}/v2.0/networks", json={"network": {}})


def test_an_unknown_action_is_sent_once(server: FlakyServer, session: requests.Session) -> None:
    server.troubles = ["503"]
    assert session.post(f"{server.url}/servers/id0/action", json={"reboot": {}}).status_code == 503


def test_the_sdk_takes_what_is_found(server: FlakyServer, cloud: Connection) -> None:
    things = Things("security_group")
    version = {"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": f"{server.url}/v2.0/"}]}
    server.api = lambda method, path, body: (
        things(method, path, body) if "groups" in path else (200, {"versions": [version]})
    )
    cloud.network.create_security_group(name="acc-1-other-group")
    server.troubles = ["lost"]
    made = cloud.network.create_security_group(name="acc-1-group", description="acc-1")
    assert (made.id, made.description) == ("id1", "acc-1")


def test_a_flavor_is_looked_for_among_all(server: FlakyServer, session: requests.Session) -> None:
    server.api = Things("flavor")
    server.troubles = ["lost"]
    assert session.post(f"{server.url}/flavors", json={"flavor": {"name": "acc-1-nano"}}).json()["flavor"]["id"]
    assert server.heard[1] == "GET /flavors/detail?is_public=None"


def test_a_repeated_deletion_finds_nothing(server: FlakyServer, session: requests.Session) -> None:
    statuses = [202, 404]
    server.api = lambda *_: (statuses.pop(0), {})
    server.troubles = ["lost"]
    assert session.delete(f"{server.url}/servers/id0").status_code == 204


def test_a_volume_that_is_being_deleted_cannot_be_deleted(server: FlakyServer, session: requests.Session) -> None:
    answers: list[Answer] = [(202, {}), (400, {}), (200, {"volume": {"status": "deleting"}})]
    server.api = lambda *_: answers.pop(0)
    server.troubles = ["lost"]
    assert session.delete(f"{server.url}/volumes/id0").status_code == 204


def test_a_repeated_deletion_may_be_refused(server: FlakyServer, session: requests.Session) -> None:
    answers: list[Answer] = [(409, {}), (200, {"network": {"status": "ACTIVE"}})]
    server.api = lambda *_: answers.pop(0)
    server.troubles = ["503"]
    assert session.delete(f"{server.url}/v2.0/networks/id0").status_code == 409


class Image:
    """Glance with one image."""

    def __init__(self) -> None:
        self.content = b""

    def __call__(self, method: str, path: str, body: bytes) -> Answer:
        if method == "GET":
            return 200, {"status": "active" if self.content else "queued", "size": len(self.content) or None}
        if self.content:
            return 409, {}
        self.content = body
        return 204, None


@pytest.mark.parametrize("trouble", ["503", "reset", "lost"])
def test_an_image_is_uploaded_from_its_start(server: FlakyServer, session: requests.Session, trouble: str) -> None:
    server.api = image = Image()
    server.troubles = [trouble]
    content = bytes(range(256)) * 4096
    assert session.put(f"{server.url}/v2/images/id0/file", data=io.BytesIO(content)).status_code == 204
    assert image.content == content


def test_what_can_be_read_only_once_is_sent_once(server: FlakyServer, session: requests.Session) -> None:
    server.troubles = ["503"]
    assert session.put(f"{server.url}/v1/AUTH_a/c/o", data=iter([b"content"])).status_code == 503


@pytest.mark.parametrize(("action", "ports"), [("add", 1), ("remove", 0)])
@pytest.mark.parametrize("trouble", ["503", "reset", "lost"])
def test_a_subnet_is_connected_once(
    server: FlakyServer, session: requests.Session, action: str, ports: int, trouble: str
) -> None:
    port = {"id": "p1", "fixed_ips": [{"subnet_id": "s1", "ip_address": "172.16.1.1"}]}
    there = {"add": [], "remove": [port]}[action]

    def neutron(method: str, path: str, body: bytes) -> Answer:
        if method == "GET":
            return 200, {"ports": there}
        if len(there) == ports:
            return 400, {}
        there[:] = [port] * ports
        return 200, {"id": "r1", "subnet_id": "s1"}

    server.api = neutron
    server.troubles = [trouble]
    url = f"{server.url}/v2.0/routers/r1/{action}_router_interface"
    answer = session.put(url, json={"subnet_id": "s1"})
    assert answer.ok and answer.json()["subnet_id"] == "s1"
    assert len(there) == ports


@pytest.mark.parametrize("trouble", ["503", "lost"])
def test_a_volume_is_extended_once(server: FlakyServer, session: requests.Session, trouble: str) -> None:
    volume = {"size": 1, "status": "available"}

    def cinder(method: str, path: str, body: bytes) -> Answer:
        if method == "GET":
            return 200, {"volume": volume}
        if volume["status"] != "available":
            return 400, {}
        volume["status"] = "extending"
        return 202, {}

    server.api = cinder
    server.troubles = [trouble]
    assert session.post(f"{server.url}/volumes/id0/action", json={"os-extend": {"new_size": 2}}).status_code == 202


def test_a_volume_is_attached_once(server: FlakyServer, cloud: Connection) -> None:
    attached: list[dict[str, Any]] = []

    def nova(method: str, path: str, body: bytes) -> Answer:
        if method == "POST":
            attached.append({"id": "v1", "device": "/dev/vdb", **json.loads(body)["volumeAttachment"]})
            return 200, {"volumeAttachment": attached[-1]}
        return 200, {"volumeAttachments": attached}

    server.api = nova
    server.troubles = ["lost"]
    answer = cloud.session.post(
        f"{server.url}/servers/id0/os-volume_attachments", json={"volumeAttachment": {"volumeId": "v1"}}
    )
    assert answer.json()["volumeAttachment"]["device"] == "/dev/vdb"
    assert len(attached) == 1


def test_a_volume_that_is_being_detached_cannot_be_detached(server: FlakyServer, session: requests.Session) -> None:
    statuses = [202, 400]
    server.api = lambda *_: (statuses.pop(0), {})
    server.troubles = ["lost"]
    assert session.delete(f"{server.url}/servers/id0/os-volume_attachments/v1").ok
