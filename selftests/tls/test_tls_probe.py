"""Tried on servers here, with the certificates that people have, by each Python that this machine has."""

import re
from pathlib import Path

import pytest

from fixtures.core import certificates
from fixtures.core.run_warnings import RunWarnings
from fixtures.tls.tls_trouble import trouble, warn, why_unknown
from selftests.tls.known_servers import listening, mysql, shaken
from selftests.tools.tls_server import certificate, tls_server

PLACE = r"compute1: /etc/nova/nova\.conf \[neutron\] \(line 61\): https://127\.0\.0\.1:\d+: "


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(certificates, "WARNINGS", warnings)
    return warnings


def test_one_that_holds_is_no_trouble(tmp_path: Path, told: RunWarnings) -> None:
    own = certificate(tmp_path, "own")
    with tls_server(own) as port:
        client = shaken(port, own)
    warn(client)
    assert (client.handshake.is_trusted, trouble(client), why_unknown(client), told.lines) == (True, "", "", [])
    assert client.handshake.certificate
    assert sorted(client.handshake.certificate.names) == ["127.0.0.1", "localhost"]


@pytest.mark.parametrize(
    ("days", "names", "seen", "fix"),
    [
        (
            -3,
            "IP:127.0.0.1",
            r"its certificate for 127\.0\.0\.1 expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC, expected one that lasts",
            r"have it issued anew for the same names, .* -connect 127\.0\.0\.1:\d+ .* shows which it has$",
        ),
        (
            0.5,
            "IP:127.0.0.1",
            r"its certificate for 127\.0\.0\.1 ends on .* UTC, within a day; expected one that lasts",
            "have it issued anew for the same names",
        ),
        (
            800,
            "IP:127.0.0.1",
            "its certificate begins on .* UTC, by the clock of compute1",
            r"set the clock of compute1 \(date\)",
        ),
        (
            90,
            "DNS:api.example.org,DNS:*.example.net",
            r"its certificate is for api\.example\.org, \*\.example\.net, expected 127\.0\.0\.1",
            r"write a name that it has: correct auth_url; or have one issued with subjectAltName for 127\.0\.0\.1",
        ),
    ],
)
def test_what_its_client_does_not_take_is_told(tmp_path: Path, days: float, names: str, seen: str, fix: str) -> None:
    own = certificate(tmp_path, "own", days=days, names=names)
    with tls_server(own) as port:
        assert re.match(rf"{PLACE}{seen}\. Fix: {fix}", trouble(shaken(port, own)))


def test_who_is_not_known_is_told_with_who_signed_and_where_was_looked(tmp_path: Path) -> None:
    own, other = certificate(tmp_path, "own"), certificate(tmp_path, "other")
    with tls_server(own) as port:
        said = trouble(shaken(port, other))
    expected = (
        rf"its certificate is self-signed \(CN=own\), and not in \[neutron\] cafile .*= {re.escape(str(other))}\. "
    )
    assert re.match(f"{PLACE}{expected}Fix: put it there", said)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_a_certificate_is_told(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with tls_server(certificate(tmp_path, "own")) as port:
        said = trouble(shaken(port, file))
    assert f"nova.conf = {file}: there is no such file, or no certificate in it. Fix: put the certificate" in said


@pytest.mark.parametrize(("days", "lines"), [(-3, "expired on"), (9.5, "expires on"), (90, "")])
def test_with_insecure_nothing_but_its_end_is_told_and_that_is_no_failure(
    tmp_path: Path, told: RunWarnings, days: float, lines: str
) -> None:
    with tls_server(certificate(tmp_path, "own", days=days, names="DNS:other")) as port:
        client = shaken(port, None)
    warn(client)
    assert (trouble(client), why_unknown(client), len(told.lines)) == ("", "", bool(lines))
    assert all(f"https://127.0.0.1:{port}: its certificate {lines} " in line for line in told.lines)


def test_where_names_do_not_matter_another_is_taken(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own", names="DNS:other")
    with tls_server(own) as port:
        assert trouble(shaken(port, own, kind="amqps", names=False)) == ""


@pytest.mark.parametrize("days", [90, -3])
def test_an_address_in_the_subject_is_a_name_where_there_is_no_other(tmp_path: Path, days: int) -> None:
    own = certificate(tmp_path, "127.0.0.1", days=days, names="")
    with tls_server(own) as port:
        client, database = shaken(port, own), shaken(port, own, kind="amqps")
    assert (client.handshake.is_trusted, "expired on" in trouble(client)) == (days > 0, days < 0)
    assert "its certificate is for 127.0.0.1 as the name of a host, expected 127.0.0.1. " in trouble(database)


def test_an_address_among_the_names_of_hosts_is_none(tmp_path: Path) -> None:
    own = certificate(tmp_path, "127.0.0.1", names="DNS:127.0.0.1")
    with tls_server(own) as port:
        said = trouble(shaken(port, own))
    assert "its certificate is for 127.0.0.1 as the name of a host, expected 127.0.0.1. Fix: write a name" in said


def test_one_that_speaks_plainly_is_told(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own")
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        said = trouble(shaken(port, own))
    assert re.match(rf"{PLACE}it speaks no TLS, which is expected there\. Fix: switch TLS on in the web server", said)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 300 Multiple Choices\r\n\r\n", b"HTTP/1.0 400 Bad Request\r\n\r\n", b""])
def test_one_of_http_that_speaks_plainly_is_no_trouble(answer: bytes) -> None:
    with listening(answer) as port:
        client = shaken(port, None, kind="http")
    assert (trouble(client), why_unknown(client)) == ("", "")


def test_one_of_http_that_speaks_tls_is_told(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path, "own")) as port:
        said = trouble(shaken(port, None, kind="http"))
    assert "it speaks TLS, and the URL says http://" in said
    assert "Fix: write https:// there: correct auth_url" in said


def test_a_mysql_server_is_asked_to_switch(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own")
    with mysql(own) as port:
        client = shaken(port, own, kind="mysql")
        assert (client.handshake.is_trusted, trouble(client)) == (True, "")
        assert "the database server 127.0.0.1" in trouble(shaken(port, certificate(tmp_path, "other"), kind="mysql"))


def test_a_mysql_server_without_tls_is_told(tmp_path: Path) -> None:
    with mysql(None) as port:
        said = trouble(shaken(port, certificate(tmp_path, "own"), kind="mysql"))
    assert "it speaks no TLS, which is expected there. Fix: set ssl_cert and ssl_key in [mysqld]" in said


def test_what_does_not_answer_is_not_judged(tmp_path: Path) -> None:
    client = shaken(1, certificate(tmp_path, "own"))
    assert trouble(client) == ""
    assert why_unknown(client).endswith("was not looked at: Connection refused")


@pytest.mark.parametrize("answer", [b"\x0aMariaDB", b"", b"\xff\x10\x04Too many connections"])
def test_what_is_no_mysql_is_not_judged(tmp_path: Path, answer: bytes) -> None:
    framed = bytes([len(answer), 0, 0, 0]) + answer
    with listening(framed, is_asked=False) as port:
        client = shaken(port, certificate(tmp_path, "own"), kind="mysql")
    assert trouble(client) == ""
