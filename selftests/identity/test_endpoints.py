import http.server
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.identity.endpoints import Endpoint, reached_inside
from fixtures.nodes.checked_host import CheckedHost


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


def test_where_the_public_endpoint_is_silent_the_internal_one_may_answer(url: str) -> None:
    node: Any = SimpleNamespace(host=CheckedHost(testinfra.get_host("local://").backend))
    nobody = "http://127.0.0.1:1"
    internal = [Endpoint(service, f"{url}/{service}") for service in ("compute", "image")]
    internal += [Endpoint("network", nobody), Endpoint("placement", f"{nobody}/inside")]
    silent = [Endpoint("compute", nobody), Endpoint("network", nobody), Endpoint("placement", nobody)]
    assert reached_inside(node, internal, silent) == {"compute": f"{url}/compute"}
    assert reached_inside(node, internal, []) == {}
