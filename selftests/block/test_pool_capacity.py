from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import ForbiddenException

from fixtures.block import pool_capacity
from fixtures.block.pool_capacity import wait_for_room
from fixtures.core.deadlines import Deadlines


class Cloud:
    """One that shows these pools, one list each time, the last one for ever."""

    def __init__(self, *shown: list[dict[str, Any]], refuses: bool = False) -> None:
        self.shown, self.refuses, self.asked = list(shown), refuses, 0
        self.block_storage = self
        self.config = SimpleNamespace(auth={"auth_url": f"http://{id(self)}/v3"})

    def backend_pools(self) -> list[Any]:
        self.asked += 1
        if self.refuses:
            raise ForbiddenException
        pools = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        return [SimpleNamespace(name=str(number), capabilities=each) for number, each in enumerate(pools)]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setattr(pool_capacity, "is_operator", lambda _: True)
    monkeypatch.setattr(pool_capacity, "AWAITED", set())


def waited(cloud: Any, size: int = 2) -> int:
    wait_for_room(cloud, size, Deadlines(room_reported=20))
    return int(cloud.asked)


def free(number: object, **more: object) -> list[dict[str, Any]]:
    return [{"free_capacity_gb": number, **more}]


def test_what_the_scheduler_does_not_know_yet_is_waited_for() -> None:
    assert waited(Cloud([], free(1.5), free(2.0))) == 3


@pytest.mark.parametrize("told", [None, "unknown", "infinite", "", "2.5", 2])
def test_a_pool_that_cannot_count_has_room(told: object) -> None:
    assert waited(Cloud(free(told))) == 1


def test_a_pool_that_does_not_tell_has_room() -> None:
    assert waited(Cloud([{}])) == 1


def test_a_thin_pool_promises_more_than_it_has() -> None:
    thin = {"thin_provisioning_support": True, "max_over_subscription_ratio": "20.0"}
    assert waited(Cloud(free(0.5, **thin))) == 1


def test_a_policy_that_shows_no_pools_keeps_nobody() -> None:
    assert waited(Cloud(refuses=True)) == 1


@pytest.mark.parametrize("pools", [[], free(0.5)], ids=["no pool", "no room"])
def test_it_is_but_a_wait_and_in_vain_only_once(pools: list[dict[str, Any]]) -> None:
    cloud = Cloud(pools)
    asked = waited(cloud)
    assert asked > 1
    assert waited(cloud) == asked


def test_who_is_no_operator_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_capacity, "is_operator", lambda _: False)
    assert waited(Cloud([])) == 0
