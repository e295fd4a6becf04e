from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.nodes.node import Node
from fixtures.object import storage_unit
from fixtures.object.rings import RingDevice
from selftests.nodes.known_nodes import known_node


@pytest.fixture(autouse=True)
def unit_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "unit", lambda _, name: name)


def unit_of(service: str, *devices: RingDevice) -> Any:
    node = known_node("object1", running=["swift-object"], addresses=["10.0.0.51"])
    files = SimpleNamespace(devices_of=lambda _: list(devices))
    request = SimpleNamespace(getfixturevalue=lambda _: files)
    make: Any = storage_unit.storage_unit
    return make.__wrapped__(request, node, service)


def device(address: str) -> RingDevice:
    return RingDevice("d1", frozenset({address}), (address, 6202))


def test_a_server_that_is_there_is_looked_at() -> None:
    assert unit_of("swift-object", device("10.0.0.52")) == "swift-object"


def test_one_that_is_in_another_tier_is_not() -> None:
    with pytest.raises(pytest.skip.Exception, match="object1 has no account server, and the account ring no device"):
        unit_of("swift-account", device("10.0.0.52"))


@pytest.mark.parametrize("devices", [[], [device("10.0.0.52"), device("10.0.0.51")]])
def test_one_that_should_be_there_is_looked_at(devices: list[RingDevice]) -> None:
    assert unit_of("swift-account", *devices) == "swift-account"
