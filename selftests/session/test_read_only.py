from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

from fixtures.session.read_only import WouldChange, made_for, refuse_changes
from fixtures.verdict.resources import RESOURCES


def item(file: str, *fixtures: str) -> pytest.Item:
    made: Any = SimpleNamespace(path=SimpleNamespace(stem=file), fixturenames=fixtures)
    return cast(pytest.Item, made)


@pytest.mark.parametrize(
    ("file", "fixtures", "made"),
    [
        ("test_compute_nodes", ("node", "nova_conf"), []),
        ("test_compute_api", ("cloud", "external_network"), []),
        ("test_network_api", ("cloud", "router", "network"), ["router", "network"]),
        ("test_object_nodes", ("node", "swift"), []),
        ("test_block_nodes", ("node", "block_storage"), []),
        ("test_network_workload", ("nodes",), ["something in the cloud"]),
    ],
)
def test_what_a_check_makes_is_known(file: str, fixtures: tuple[str, ...], made: list[str]) -> None:
    assert RESOURCES.keys() >= {"router", "network", "cloud", "external_network", "swift", "block_storage"}
    assert made_for(item(file, *fixtures)) == made


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "COPY"])
@pytest.mark.parametrize("path", ["/v2.1/servers", "/v3/projects/auth/tokens-not", "/v3/auth/tokens/OS-PKI"])
def test_what_would_change_something_is_held_back(method: str, path: str) -> None:
    with pytest.raises(WouldChange, match=f"--read-only: {method} {path} was not sent"):
        refuse_changes(requests.Request(method, f"http://controller{path}").prepare())


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2.1/servers"), ("HEAD", "/v1/x"), ("POST", "/v3/auth/tokens"), ("OPTIONS", "/")]
)
def test_a_look_and_a_login_are_sent(method: str, path: str) -> None:
    refuse_changes(requests.Request(method, f"http://controller:5000{path}").prepare())
