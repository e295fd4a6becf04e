import http.server
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.identity.anonymous import Reading
from fixtures.identity.node_readings import MOST, readings_on
from fixtures.nodes.checked_host import CheckedHost

HOSTILE = ["-K/etc/passwd", "file:///etc/passwd", "$(touch ran)", "a b", "'\"", "http://[", "x\ny", "%output{ran}"]


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/long" else 404)
        self.end_headers()
        self.wfile.write(b"x" * 2 * MOST if self.path == "/long" else b'{"a": "\xe9"}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def machine() -> Any:
    return SimpleNamespace(host=CheckedHost(testinfra.get_host("local://").backend))


def test_each_url_has_its_answer_and_is_nothing_else(
    url: str, machine: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    found = readings_on(machine, [*HOSTILE, f"{url}/short", f"{url}/long", "http://127.0.0.1:1/"])
    assert [each.status for each in found.values()] == [0] * len(HOSTILE) + [404, 200, 0]
    assert found[f"{url}/short"].content.startswith(b'{"a": ')
    assert len(found[f"{url}/long"].content) == MOST
    assert [*tmp_path.iterdir()] == []


def test_no_url_is_no_question() -> None:
    assert readings_on(SimpleNamespace(), []) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["", "[]", "nonsense", "[" * 100000])
def test_what_a_node_says_besides_is_nothing(said: str) -> None:
    host = SimpleNamespace(check_output=lambda *_: said)
    with pytest.raises(AssertionError, match="expected JSON"):
        readings_on(SimpleNamespace(name="n", host=host), ["http://a"])  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ['{"0": 3}', '{"0": [true, null]}', '{"1": [200, ""]}'])
def test_an_answer_of_another_form_is_none(said: str) -> None:
    host = SimpleNamespace(check_output=lambda *_: said)
    assert readings_on(SimpleNamespace(host=host), ["http://a"]) == {"http://a": Reading(0)}  # type: ignore[arg-type]
