from typing import Any

import pytest
from openstack.connection import Connection
from requests import PreparedRequest, Request, Response
from requests_mock import Mocker

from fixtures.cloud.client import connected_as, steadied
from fixtures.core.spans import Spans
from selftests.tools.fake_keystone import KEYSTONE, VERSION, connected, endpoint, token

SWIFT = "http://controller:8080/v1"


@pytest.fixture
def cloud(requests_mock: Mocker) -> Connection:
    """A cloud whose Swift has an account for each project."""

    def answer(request: PreparedRequest, _: object) -> dict[str, Any]:
        project = request.json()["auth"]["scope"]["project"].get("id", "p1")  # type: ignore[attr-defined]  # requests_mock's
        told = token("admin")
        told["token"]["project"]["id"] = project
        swift = {"type": "object-store", "name": "swift", "endpoints": [endpoint(f"{SWIFT}/AUTH_{project}")]}
        told["token"]["catalog"].append(swift)
        return told

    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(f"{KEYSTONE}/auth/tokens", json=answer, headers={"X-Subject-Token": "t0ken"})
    return connected()


def test_in_another_project_swift_is_asked_for_its_account(cloud: Connection) -> None:
    assert cloud.object_store.get_endpoint() == f"{SWIFT}/AUTH_p1"
    assert connected_as(cloud, project_id="p2").object_store.get_endpoint() == f"{SWIFT}/AUTH_p2"
    assert cloud.object_store.get_endpoint() == f"{SWIFT}/AUTH_p1"


def test_what_was_configured_is_kept(cloud: Connection) -> None:
    cloud.config.config["image_endpoint_override"] = "http://elsewhere:9292"
    assert connected_as(cloud, project_id="p2").config.config["image_endpoint_override"] == "http://elsewhere:9292"


def test_a_request_is_told_without_what_it_asks_for(
    cloud: Connection, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a query, which may hold a temporary URL's signature, nor an ID."""
    spans = Spans()
    monkeypatch.setattr("fixtures.cloud.client.SPANS", spans)
    monkeypatch.setattr("fixtures.cloud.client.answer_to", lambda request, send: Response())
    adapter = steadied(cloud).session.session.adapters["http://"]
    for method in ("GET", "POST"):
        url = "http://bob:s3cret@controller:8774/v2.1/servers/0d5bd5a2-5f1b-4f4e-9d2f-8e5a7f0a1b2c?temp_url_sig=5ecret"
        adapter.send(Request(method, url).prepare())
    adapter.send(Request("POST", f"{KEYSTONE}/auth/tokens").prepare())
    assert [(span.name, span.place, span.begins) for span in spans.ended] == [
        ("GET /v2.1/servers/ID", "controller:8774", False),
        ("POST /v2.1/servers/ID", "controller:8774", True),
        ("POST /v3/auth/tokens", "controller:5000", False),
    ], "a login makes nothing"
