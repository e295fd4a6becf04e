import http.server
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.identity.endpoints import Endpoint, http_statuses, reached_inside, to_fix
from fixtures.nodes.checked_host import CheckedHost

HOSTILE = ["-K/etc/passwd", "file:///etc/passwd", "$(touch ran)", "a b", "'\"", "http://[", "x\ny", "%output{ran}"]


class Three(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(300)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Three) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("program", ["curl", "python3"])
def test_each_url_has_its_status_and_is_nothing_else(
    url: str, program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    host = CheckedHost(testinfra.get_host("local://").backend)
    if program == "curl" and not host.exists("curl"):
        pytest.skip("no curl here")
    monkeypatch.setattr(CheckedHost, "exists", lambda *_: program == "curl", raising=False)
    node: Any = SimpleNamespace(host=host)
    asked = [f"{url}/?{{a,b}}[1-3]%{{http_code}}", *HOSTILE, url]
    expected = {each: 300 if each.startswith(url) else 0 for each in asked}
    assert http_statuses(node, asked) == expected
    assert [*tmp_path.iterdir()] == []


def test_where_the_public_endpoint_is_silent_the_internal_one_may_answer(url: str) -> None:
    node: Any = SimpleNamespace(host=CheckedHost(testinfra.get_host("local://").backend))
    nobody = "http://127.0.0.1:1"
    internal = [Endpoint(service, f"{url}/{service}") for service in ("compute", "image")]
    internal += [Endpoint("network", nobody), Endpoint("placement", f"{nobody}/inside")]
    silent = [Endpoint("compute", nobody), Endpoint("network", nobody), Endpoint("placement", nobody)]
    assert reached_inside(node, internal, silent) == {"compute": f"{url}/compute"}
    assert reached_inside(node, internal, []) == {}


def test_what_answers_500_has_a_route() -> None:
    assert to_fix(0, "name and route") == "name and route"
    assert "read the log of that API" in to_fix(500, "name and route")
