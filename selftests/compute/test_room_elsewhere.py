"""Is a server moved only once another compute node has room for it?"""

from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import HttpException

from fixtures.compute import room_elsewhere
from fixtures.compute.room_elsewhere import why_no_room_elsewhere
from fixtures.core.deadlines import Deadlines

FLAVOR: Any = SimpleNamespace(vcpus=1, ram=256, disk=0)
SERVER: Any = SimpleNamespace(id="moving", hypervisor_hostname="compute1.example.org", compute_host="compute1")
OPERATOR: Any = SimpleNamespace(
    placement=SimpleNamespace(
        resource_providers=lambda: [
            SimpleNamespace(id="1", name="compute1.example.org"),
            SimpleNamespace(id="2", name="compute2.example.org"),
        ]
    )
)
AT_ONCE = Deadlines().scaled(0)


@pytest.fixture(autouse=True)
def _nothing_was_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_elsewhere, "AWAITED", set())


@pytest.mark.usefixtures("pauses")
def test_it_waits_until_another_node_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([frozenset({"1"}), frozenset({"1", "2"})])
    monkeypatch.setattr(room_elsewhere, "roots_with_room", lambda _operator, _needs: next(answers))
    assert not why_no_room_elsewhere(OPERATOR, SERVER, FLAVOR, Deadlines())
    assert next(answers, None) is None


def test_the_room_on_its_own_node_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_elsewhere, "roots_with_room", lambda _operator, _needs: frozenset({"1"}))
    told = why_no_room_elsewhere(OPERATOR, SERVER, FLAVOR, AT_ONCE)
    assert told == "no other compute node than compute1 has room for it in Placement (VCPU 1, MEMORY_MB 256)"


def test_after_a_wait_in_vain_placement_is_asked_once(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setattr(room_elsewhere, "AWAITED", {"moving"})
    monkeypatch.setattr(room_elsewhere, "roots_with_room", lambda _operator, _needs: frozenset({"1"}))
    assert why_no_room_elsewhere(OPERATOR, SERVER, FLAVOR, Deadlines())
    assert not pauses


def test_where_placement_does_not_tell_nova_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_operator: object, _needs: object) -> frozenset[str]:
        raise HttpException("microversion 1.29 is not supported")

    monkeypatch.setattr(room_elsewhere, "roots_with_room", refused)
    assert not why_no_room_elsewhere(OPERATOR, SERVER, FLAVOR, AT_ONCE)
