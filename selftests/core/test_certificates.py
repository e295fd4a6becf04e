"""Tried on a server here, with the certificates that people have."""

import re
import socket
import ssl
from pathlib import Path

import pytest

from fixtures.core import certificates
from fixtures.core.certificates import Untrusted, origin, proving_itself, tell_expiry, tls_trouble
from fixtures.core.run_warnings import RunWarnings
from selftests.tools.tls_server import certificate, tls_server


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(certificates, "WARNINGS", warnings)
    return warnings


def look(port: int, trusted: Path | None) -> None:
    context = ssl.create_default_context(cafile=trusted) if trusted else ssl._create_unverified_context()
    with (
        proving_itself(f"https://127.0.0.1:{port}", "OS_CACERT"),
        socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        tell_expiry(f"https://127.0.0.1:{port}", connection, "reload it")


@pytest.mark.parametrize(("days", "left"), [(9.5, 9), (29.5, 29), (0.5, 0)])
def test_a_certificate_that_ends_soon_is_told_once(tmp_path: Path, told: RunWarnings, days: float, left: int) -> None:
    own = certificate(tmp_path, "own", days=days)
    with tls_server(own) as port:
        look(port, own)
        look(port, own)
    [line] = told.lines
    assert re.fullmatch(
        rf"https://127\.0\.0\.1:{port}: its certificate expires on \d{{4}}-\d\d-\d\d \({left} days left\)\. "
        "Fix: have it issued anew for the same names, and reload it",
        line,
    )


def test_one_that_lasts_is_not(tmp_path: Path, told: RunWarnings) -> None:
    own = certificate(tmp_path, "own", days=31)
    with tls_server(own) as port:
        look(port, own)
    assert told.lines == []


def test_what_nobody_verified_is_not_guessed(tmp_path: Path, told: RunWarnings) -> None:
    with tls_server(certificate(tmp_path, "own", days=9)) as port:
        look(port, None)
    assert told.lines == []


def test_without_tls_there_is_none(told: RunWarnings) -> None:
    with socket.socket() as plain:
        tell_expiry("http://controller", plain, "")
    assert told.lines == []


@pytest.mark.parametrize(
    ("days", "names", "reason", "fix"),
    [
        (-3, "IP:127.0.0.1", "certificate has expired", "have it issued anew for the same names"),
        (800, "IP:127.0.0.1", "certificate is not yet valid", "set the clock of this machine"),
        (90, "DNS:other", "IP address mismatch, certificate is not valid for '127.0.0.1'", "write a name that"),
    ],
)
def test_why_one_is_not_trusted_is_told_with_its_fix(
    tmp_path: Path, told: RunWarnings, days: int, names: str, reason: str, fix: str
) -> None:
    own = certificate(tmp_path, "own", days=days, names=names)
    expected = f"its certificate is not trusted here: {re.escape(reason)}. Fix: {fix}"
    with tls_server(own) as port, pytest.raises(Untrusted, match=f"^https://127.0.0.1:{port}: {expected}"):
        look(port, own)
    assert told.lines == []


def test_for_one_that_others_signed_it_is_said_where_to_write_that(tmp_path: Path) -> None:
    with (
        tls_server(certificate(tmp_path, "own")) as port,
        pytest.raises(
            Untrusted, match=r"self-signed certificate\. Fix: set OS_CACERT to the file with the certificate"
        ),
    ):
        look(port, certificate(tmp_path, "another"))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ConnectionRefusedError), proving_itself("https://127.0.0.1:1", "OS_CACERT"):
        socket.create_connection(("127.0.0.1", 1))


def test_who_speaks_no_tls_is_told() -> None:
    trouble = tls_trouble("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "OS_CACERT")
    assert trouble == ("what answers there speaks no TLS", "write http:// instead of https://")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://controller:6080/vnc.html?token=t0ken", "https://controller:6080"),
        ("https://alice:s3cret@controller/x@y", "https://controller"),
        ("https://[::1]:5000", "https://[::1]:5000"),
        ("http://[", "http://["),
        ("", "what is no URL"),
    ],
)
def test_a_place_has_no_secret(url: str, place: str) -> None:
    assert origin(url) == place
