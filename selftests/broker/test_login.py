"""Who is trusted with a broker's password: tried on a server here, which hangs up after its first words."""

from pathlib import Path

import pytest
import testinfra

from fixtures.broker.login import refusal
from fixtures.broker.transport_url import Broker
from fixtures.core import certificates
from fixtures.core.certificates import Untrusted
from fixtures.core.run_warnings import RunWarnings
from fixtures.nodes.checked_host import checked
from fixtures.nodes.node import Node
from fixtures.nodes.service import Service
from selftests.tools.tls_server import certificate, tls_server

NODE = Node("here", frozenset(), checked(testinfra.get_host("local://")))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(certificates, "WARNINGS", warnings)
    return warnings


def refusal_by(shown: Path, trusted: str) -> str:
    with tls_server(shown) as port:
        broker = Broker((("127.0.0.1", port),), "openstack", "/", tls=True, ca_file=trusted, password="s3cret-Pa55")
        return refusal(NODE, Service(NODE.host, {}), broker, "127.0.0.1", port)


@pytest.mark.parametrize("days", [9, 90])
def test_the_password_goes_to_whom_the_service_trusts(tmp_path: Path, told: RunWarnings, days: int) -> None:
    shown = certificate(tmp_path, "broker", days=days)
    assert refusal_by(shown, str(shown)) == "it hung up without a word"
    assert ["certificate expires on" in line for line in told.lines] == ([True] if days == 9 else [])


def test_without_a_file_of_those_to_be_trusted_it_goes_to_anyone_as_the_services_own(tmp_path: Path) -> None:
    assert refusal_by(certificate(tmp_path, "broker"), "") == "it hung up without a word"


@pytest.mark.parametrize(
    ("days", "trusted", "reason", "fix"),
    [
        (
            90,
            "another.pem",
            "self-signed certificate",
            r"set \[oslo_messaging_rabbit\] ssl_ca_file of the services on here",
        ),
        (-3, "broker.pem", "certificate has expired", "have it issued anew"),
    ],
)
def test_nobody_else_gets_it(tmp_path: Path, days: int, trusted: str, reason: str, fix: str) -> None:
    certificate(tmp_path, "another")
    shown = certificate(tmp_path, "broker", days=days)
    place = r"here: the broker 127\.0\.0\.1:\d+"
    with pytest.raises(Untrusted, match=rf"^{place}: its certificate is not trusted here: {reason}\. Fix: {fix}"):
        refusal_by(shown, str(tmp_path / trusted))


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_a_certificate_is_told(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(Untrusted, match=r"ca\.pem: there is no such file, or no certificate in it\. Fix: "):
        refusal_by(certificate(tmp_path, "broker"), str(tmp_path / "ca.pem"))
