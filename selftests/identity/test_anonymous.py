from pathlib import Path

import pytest

from fixtures.core.certificates import Untrusted
from fixtures.identity.anonymous import Anonymous
from selftests.tools.tls_server import certificate, tls_server

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def test_who_is_trusted_is_read(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own")
    with tls_server(own, ANSWER) as port:
        reading = Anonymous(str(own), 30).read(f"https://127.0.0.1:{port}/page?token=t0ken")
    assert (reading.status, reading.content) == (200, b"hi")


def test_with_verify_false_anyone_is(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path, "own", days=-3), ANSWER) as port:
        assert Anonymous(False, 30).read(f"https://127.0.0.1:{port}/").status == 200


@pytest.mark.parametrize("days", [-3, 90])
def test_nobody_else_is(tmp_path: Path, days: int) -> None:
    own, another = certificate(tmp_path, "own", days=days), certificate(tmp_path, "another")
    reason = "certificate has expired" if days < 0 else "self-signed certificate"
    with tls_server(own, ANSWER) as port, pytest.raises(Untrusted, match=f"not trusted here: {reason}. Fix: ") as why:
        Anonymous(str(own if days < 0 else another), 30).read(f"https://127.0.0.1:{port}/page?token=t0ken")
    assert str(why.value).startswith(f"https://127.0.0.1:{port}: ")
    assert "t0ken" not in str(why.value)


def test_who_is_away_is_nobody() -> None:
    assert Anonymous(True, 30).read("https://127.0.0.1:1/").status == 0


@pytest.mark.parametrize("url", ["https://[", "nonsense"])
def test_what_is_no_url_leads_to_nobody(url: str) -> None:
    assert Anonymous(True, 30).read(url).status == 0
