"""A Keystone and a Nova that answer from memory, at the port of a TLS server here."""

import socket
from pathlib import Path

import pytest
from openstack.connection import Connection
from requests_mock import Mocker

from fixtures.core import certificates
from fixtures.core.host_port import HostPort
from fixtures.core.run_warnings import RunWarnings
from fixtures.identity import certificates as of_the_cloud
from fixtures.identity.certificates import https_ends_of, look_at_certificates
from selftests.tools import fake_keystone
from selftests.tools.fake_keystone import connected, keystone
from selftests.tools.tls_server import certificate, tls_server


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(certificates, "WARNINGS", warnings)
    return warnings


def cloud_at(port: int, mock: Mocker, patch: pytest.MonkeyPatch, verify: bool | str) -> Connection:
    """Keystone and Nova at one port; a third service, for the operator alone, elsewhere."""
    patch.setattr(fake_keystone, "NOVA", f"https://127.0.0.1:{port}/compute")
    keystone(mock, "member")
    cloud = connected()
    cloud.session.verify = verify
    return cloud


def test_each_place_is_looked_at_once(
    tmp_path: Path, told: RunWarnings, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[HostPort] = []
    look = of_the_cloud._look

    def look_and_note(end: HostPort, trusted: bool | str) -> None:
        looked.append(end)
        look(end, trusted)

    monkeypatch.setattr(of_the_cloud, "_look", look_and_note)
    own = certificate(tmp_path, "own", days=9)
    with tls_server(own) as port:
        look_at_certificates(cloud_at(port, requests_mock, monkeypatch, str(own)))
    assert looked == [("127.0.0.1", port)]
    [line] = told.lines
    assert line.startswith(f"https://127.0.0.1:{port}: its certificate expires on ")
    assert f"openssl s_client -connect 127.0.0.1:{port} <" in line


def test_with_verify_false_nothing_is_asked(
    told: RunWarnings, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it asks"))
    look_at_certificates(cloud_at(1, requests_mock, monkeypatch, False))
    assert told.lines == []


@pytest.mark.parametrize("days", [-3, 90])
def test_who_is_not_trusted_lasts_or_is_away_is_nothing_to_warn_of(
    tmp_path: Path, told: RunWarnings, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    own = certificate(tmp_path, "own", days=days)
    with tls_server(own) as port:
        cloud = cloud_at(port, requests_mock, monkeypatch, str(own))
        look_at_certificates(cloud)
    look_at_certificates(cloud)
    assert told.lines == []


def test_a_cloud_without_tls_has_none(requests_mock: Mocker) -> None:
    keystone(requests_mock, "member")
    cloud = connected()
    assert list(https_ends_of(cloud)) == []
    look_at_certificates(cloud)


@pytest.mark.parametrize("url", ["https://[", "https://controller:port", "https://", "nonsense"])
def test_what_is_no_url_is_passed_over(url: str) -> None:
    assert list(of_the_cloud._https_end(url)) == []
