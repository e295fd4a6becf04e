"""The catalogue's own, at servers here."""

from pathlib import Path
from typing import Any

import pytest

from fixtures.cloud.trust import trusted_by
from fixtures.core import certificates
from fixtures.core.run_warnings import RunWarnings
from fixtures.identity.endpoint_places import RUNNER, places_of
from fixtures.identity.endpoints import Endpoint
from fixtures.tls.endpoint_certificates import _by_runner, _clients, trust_of
from fixtures.tls.tls_client import Trust, shaken
from fixtures.tls.tls_trouble import trouble, why_unknown
from selftests.tools.fake_keystone import connected
from selftests.tools.tls_server import certificate, tls_server


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> RunWarnings:
    warnings = RunWarnings()
    monkeypatch.setattr(certificates, "WARNINGS", warnings)
    monkeypatch.setenv("no_proxy", "*")
    return warnings


def seen_at(url: str, trust: Trust, *, id: str = "e1") -> Any:
    [client] = shaken([*_clients(places_of([Endpoint("image", url, "public", id)]), RUNNER, trust)], _by_runner)
    return client


def test_the_runner_tells_which_endpoint_it_is(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own", days=-3)
    with tls_server(own) as port:
        said = trouble(seen_at(f"https://127.0.0.1:{port}/v2", Trust(str(own), "cacert in clouds.yaml")))
    assert said.startswith(
        f"the runner: the public endpoint of image (e1): https://127.0.0.1:{port}: its certificate for localhost, "
        "127.0.0.1 expired on "
    )


def test_a_name_is_corrected_in_the_catalogue(tmp_path: Path) -> None:
    own = certificate(tmp_path, "own", names="DNS:api.example.org")
    with tls_server(own) as port:
        said = trouble(seen_at(f"https://127.0.0.1:{port}", Trust(str(own), "cacert in clouds.yaml")))
    assert "its certificate is for api.example.org, expected 127.0.0.1" in said
    assert "write a name that it has: openstack endpoint set --url URL e1;" in said


@pytest.mark.parametrize(("exempt", "is_judged"), [("", False), ("localhost,127.0.0.1", True)])
def test_what_the_runner_asks_a_proxy_for_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exempt: str, is_judged: bool
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", exempt)
    with tls_server(certificate(tmp_path, "own", days=-3)) as port:
        client = seen_at(f"https://127.0.0.1:{port}", Trust("", "cacert in clouds.yaml"))
    assert bool(trouble(client)) is is_judged
    assert ("its client asks a proxy" in why_unknown(client)) is not is_judged


def test_what_is_no_url_is_passed_over() -> None:
    places = places_of([Endpoint("image", url) for url in ("nonsense", "https://[", "ws://controller")])
    assert [*_clients(places, RUNNER, Trust())] == []


@pytest.mark.parametrize(
    ("verify", "trust"),
    [
        ("/etc/ca.pem", Trust("/etc/ca.pem", "cacert in clouds.yaml (OS_CACERT)")),
        (True, Trust("", "cacert in clouds.yaml (OS_CACERT)")),
        (False, Trust("", "cacert in clouds.yaml (OS_CACERT)", is_off=True)),
    ],
)
def test_the_runner_trusts_as_its_own_client_does(verify: bool | str, trust: Trust) -> None:
    cloud = connected()
    cloud.session.verify = verify
    assert trusted_by(cloud) == verify
    assert trust_of(cloud) == trust
