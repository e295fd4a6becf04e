from typing import Any

import pytest
import requests

from fixtures.cleanup.tagged import KINDS
from fixtures.cloud.api.resource_types import MADE_BY_POST, made_by

SERVERS = "http://controller:8774/v2.1/servers"


def asked(method: str, url: str, **body: Any) -> requests.PreparedRequest:
    return requests.Request(method, url, json=body or None).prepare()


@pytest.mark.parametrize(
    ("method", "url", "body", "expected"),
    [
        ("POST", SERVERS, {"server": {"name": "acc-1"}}, ("server", "acc-1")),
        ("POST", "http://c:9292/v2/images", {"name": "acc-1", "tags": ["acc-1"]}, ("image", "acc-1")),
        ("POST", "http://c:9696/v2.0/floatingips", {"floatingip": {"description": "acc-1"}}, ("floating IP", "acc-1")),
        ("PUT", "http://c:8080/v1/AUTH_1/acc-1-public", {}, ("container", "acc-1-public")),
        ("PUT", "http://c:8080/swift/v1/acc-1-public?format=json", {}, ("container", "acc-1-public")),
        ("PUT", "http://c:8080/v1/AUTH_1/acc-1-public/notice", {}, ("", "")),
        ("PUT", "http://c:9696/v2.0/routers/1/add_router_interface", {}, ("", "")),
        ("POST", "http://c:5000/v3/auth/tokens", {"auth": {"identity": {}}}, ("", "")),
        ("POST", f"{SERVERS}/1/action", {"os-stop": None}, ("", "")),
        ("POST", f"{SERVERS}/1/os-volume_attachments", {"volumeAttachment": {"volumeId": "1"}}, ("", "")),
        ("GET", SERVERS, {}, ("", "")),
    ],
)
def test_a_request_tells_what_it_makes(
    method: str, url: str, body: dict[str, object], expected: tuple[str, str]
) -> None:
    assert made_by(asked(method, url, **body)) == expected


def test_what_is_made_can_be_listed_and_deleted() -> None:
    assert {kind.name for kind in MADE_BY_POST.values()} - {""} == KINDS.keys() - {"container"}
