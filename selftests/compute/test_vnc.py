import io
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.compute.vnc import VncConsole, accept_key, read_frame, socket_path
from fixtures.core import certificates
from fixtures.core.certificates import Untrusted
from fixtures.core.run_warnings import RunWarnings
from selftests.tools.tls_server import certificate, tls_server


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("path=%3Ftoken%3Dt0ken", "/?token=t0ken"),
        ("path=websockify%3Ftoken%3Dt0ken", "/websockify?token=t0ken"),
        ("token=t0ken", "/websockify?token=t0ken"),
    ],
)
def test_the_token_goes_where_novnc_sends_it(query: str, path: str) -> None:
    assert socket_path(f"http://controller:6080/vnc_auto.html?{query}") == path


def test_the_token_is_in_no_message() -> None:
    console = VncConsole("http://controller:6080/vnc_auto.html?token=t0ken")
    assert console.place == "http://controller:6080/vnc_auto.html"
    assert "t0ken" not in repr(console)


def test_the_key_is_answered_as_in_rfc_6455() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (b"\x82\x0cRFB 003.008\n", "RFB 003.008"),
        (b"\x82\x7e" + struct.pack("!H", 200) + b"x" * 200, "x" * 200),
        (b"\x88\x08\x03\xf3broken", "nothing: the connection was closed: broken"),
        (b"\x88\x02\x03\xe8", "nothing: the connection was closed: without a reason"),
        (b"", "nothing: the connection was closed"),
        (b"\x82\x7e\x01", "nothing: an empty frame"),
        (b"\x82\x7f" + struct.pack("!Q", 2**63) + b"x" * 5000, "x" * 1024),
    ],
)
def test_a_frame_is_read(frame: bytes, told: str) -> None:
    assert read_frame(io.BytesIO(frame)) == told


class Proxy(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        lines = iter(self.rfile.readline, b"\r\n")
        request, *headers = [line.decode().strip() for line in lines]
        fields = dict(header.split(": ", 1) for header in headers)
        if request == "GET /?token=slow HTTP/1.1":
            self.drip()
        elif request == "GET /?token=long HTTP/1.1":
            self.wfile.write(b"HTTP/1.1 403 " + b"x" * 60_000 + b"\r\n\r\n")
        elif request == "GET /?token=s3cond HTTP/1.1":
            self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: no\r\n\r\n")
        elif request != "GET /?token=t0ken HTTP/1.1":
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\n\r\n")
        else:
            self.open(fields)

    def drip(self) -> None:
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.05)

    def open(self, fields: dict[str, str]) -> None:
        assert fields["Sec-WebSocket-Protocol"] == "binary"
        assert fields["Origin"] == f"http://{fields['Host']}"
        answer = f"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: {accept_key(fields['Sec-WebSocket-Key'])}"
        self.wfile.write(f"{answer}\r\nConnection: Upgrade\r\n\r\n".encode() + b"\x82\x0cRFB 003.008\n")


@pytest.fixture
def proxy() -> Iterator[str]:
    with socketserver.TCPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_greeting_comes_through_the_proxy(proxy: str) -> None:
    assert VncConsole(f"{proxy}/vnc_auto.html?path=%3Ftoken%3Dt0ken").first_words() == "RFB 003.008"


def test_a_page_that_is_no_websocket_is_told(proxy: str) -> None:
    words = VncConsole(f"{proxy}/vnc_auto.html?path=%3Ftoken%3Dother").first_words()
    assert words == "HTTP 404 Not Found instead of a WebSocket"


def test_an_answer_in_drops_is_not_waited_for(proxy: str) -> None:
    assert VncConsole(f"{proxy}/vnc.html?path=%3Ftoken%3Dslow", seconds=0.5).first_words() == "nothing within 0.5 s"


def test_a_long_answer_is_cut(proxy: str) -> None:
    assert len(VncConsole(f"{proxy}/vnc.html?path=%3Ftoken%3Dlong").first_words()) < 1100


def test_a_server_that_does_not_prove_itself_is_told(proxy: str) -> None:
    words = VncConsole(f"{proxy}/vnc.html?path=%3Ftoken%3Ds3cond").first_words()
    assert words == "a WebSocket handshake with a wrong key"


def test_a_proxy_that_is_not_there_is_told() -> None:
    assert VncConsole("http://127.0.0.1:1/vnc.html?token=t0ken").first_words().startswith("no WebSocket: Connection")


@pytest.mark.parametrize("days", [9, 90])
def test_over_tls_the_proxy_is_trusted_as_the_cloud_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setattr(certificates, "WARNINGS", told := RunWarnings())
    own = certificate(tmp_path, "proxy", days=days)
    with tls_server(own, b"HTTP/1.1 404 Not Found\r\n\r\n") as port:
        words = VncConsole(f"https://127.0.0.1:{port}/vnc.html?token=t0ken", str(own)).first_words()
    assert words == "HTTP 404 Not Found instead of a WebSocket"
    assert [line.partition(": its certificate expires on ")[0] for line in told.lines] == (
        [f"https://127.0.0.1:{port}"] if days == 9 else []
    )


@pytest.mark.parametrize(("days", "reason"), [(90, "self-signed certificate"), (-3, "certificate has expired")])
def test_a_proxy_that_cannot_prove_itself_gets_no_token(tmp_path: Path, days: int, reason: str) -> None:
    own, another = certificate(tmp_path, "proxy", days=days), certificate(tmp_path, "another")
    with (
        tls_server(own) as port,
        pytest.raises(Untrusted, match=rf": its .* not trusted here: {reason}\. Fix: ") as why,
    ):
        VncConsole(f"https://127.0.0.1:{port}/?token=t0ken", str(own if days < 0 else another)).first_words()
    assert str(why.value).startswith(f"https://127.0.0.1:{port}: ")
    assert "t0ken" not in str(why.value)


def test_without_verification_anyone_is_the_proxy(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path, "proxy", days=-3), b"HTTP/1.1 404 Not Found\r\n\r\n") as port:
        words = VncConsole(f"https://127.0.0.1:{port}/vnc.html?token=t0ken", False).first_words()
    assert words == "HTTP 404 Not Found instead of a WebSocket"
