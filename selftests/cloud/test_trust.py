import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.cloud.trust import VARIABLES, trusted_by, trusting
from selftests.tools.tls_server import certificate


@pytest.mark.parametrize(
    ("verify", "trusted"), [(True, True), (None, True), (False, False), ("/etc/own-ca.pem", "/etc/own-ca.pem")]
)
def test_the_setting_is_the_connections_own(verify: object, trusted: object) -> None:
    cloud = SimpleNamespace(session=SimpleNamespace(verify=verify))
    assert trusted_by(cast(Any, cloud)) == trusted


@pytest.fixture
def own(tmp_path: Path) -> str:
    return str(certificate(tmp_path, "own"))


def test_a_file_that_is_given_is_trusted_alone(own: str) -> None:
    context = trusting(own)
    assert (context.verify_mode, context.cert_store_stats()["x509"]) == (ssl.CERT_REQUIRED, 1)


@pytest.mark.parametrize("name", VARIABLES)
def test_else_the_file_of_the_variable_that_requests_reads(
    own: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in VARIABLES:
        monkeypatch.delenv(each, raising=False)
    everybody = trusting(True).cert_store_stats()["x509"]
    monkeypatch.setenv(name, own)
    assert (trusting(True).cert_store_stats()["x509"], everybody > 20) == (1, True)


def test_a_folder_is_taken_for_one(tmp_path: Path) -> None:
    assert trusting(str(tmp_path)).verify_mode == ssl.CERT_REQUIRED


def test_without_verification_anyone_is_trusted() -> None:
    assert trusting(False).verify_mode == ssl.CERT_NONE
