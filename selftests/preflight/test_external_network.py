from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import SDKException
from openstack.network.v2.network import Network

from fixtures.cloud.connection import GIVEN
from fixtures.core.settings import SETTINGS
from fixtures.preflight import external_network
from fixtures.preflight.external_network import external_problems

EXT1 = Network(id="1", name="ext1")
ALL = {"router", "floating_ip", "other_floating_ip"}


class Neutron:
    def __init__(self, networks: list[Network], free: int | None) -> None:
        self._networks, self._free = networks, free

    def networks(self, **_: bool) -> list[Network]:
        return self._networks

    def get_network_ip_availability(self, _: str) -> Any:
        if self._free is None:
            raise SDKException("no such extension")
        each = {"cidr": "203.0.113.0/24", "ip_version": 4, "total_ips": 10, "used_ips": 10 - self._free}
        return SimpleNamespace(subnet_ip_availability=[each, {**each, "ip_version": 6, "used_ips": 0}])


@pytest.fixture(autouse=True)
def _operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_network, "is_operator", lambda _: True)


def problems(networks: list[Network], free: int | None, needed: set[str], *rows: str) -> list[str]:
    cloud = SimpleNamespace(network=Neutron(networks, free))
    config: Any = SimpleNamespace(stash={GIVEN: cloud, SETTINGS: SimpleNamespace(external_network=None)})
    return list(external_problems(config, needed, rows))


def test_no_external_network_is_told() -> None:
    assert problems([], 0, ALL)[0].startswith("external network: none. Fix: ")


@pytest.mark.parametrize(
    ("free", "rows"),
    [
        (3, ["NEU-12"]),
        (0, ["NEU-12", "NEU-7"]),  # which is told by NEU-7
        (None, ["NEU-12"]),
    ],
)
def test_what_is_enough_or_told_elsewhere_is_no_problem(free: int | None, rows: list[str]) -> None:
    assert problems([EXT1], free, ALL, *rows) == []


@pytest.mark.parametrize(("free", "rows"), [(0, ["NEU-12"]), (1, ["NEU-12"]), (1, ["NEU-12", "NEU-7"])])
def test_too_few_addresses_are_told(free: int, rows: list[str]) -> None:
    [told] = problems([EXT1], free, ALL, *rows)
    assert told.startswith(f"external network ext1: {free} addresses free, the run needs 3. Fix: ")


def test_who_takes_no_address_needs_none() -> None:
    assert problems([EXT1], 0, {"external_network"}, "NEU-6") == []


def test_a_neutron_that_is_down_is_for_its_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise SDKException("503")

    monkeypatch.setattr(Neutron, "networks", down)
    assert problems([EXT1], 3, ALL) == []
