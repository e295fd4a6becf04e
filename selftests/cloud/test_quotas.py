import os
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.connection import Connection
from openstack.exceptions import SDKException

from fixtures.cloud import quotas
from fixtures.preflight.quota import wanted
from fixtures.verdict.resources import RESOURCES
from selftests.patience import LONG

UPDATED = {"floating-ips": "floating_ips", "secgroups": "security_groups"}
"""The words of `openstack quota set` that the API has other ones for."""


@pytest.fixture
def interrupted() -> Iterator[threading.Event]:
    """SIGINT raises KeyboardInterrupt, as in a program of one's own, and this tells that it has."""
    came = threading.Event()

    def interrupt(*_: object) -> None:
        came.set()
        raise KeyboardInterrupt

    usual = signal.signal(signal.SIGINT, interrupt)
    yield came
    signal.signal(signal.SIGINT, usual)


def cloud(monkeypatch: pytest.MonkeyPatch, update: Any) -> Connection:
    service = SimpleNamespace(update_quota_set=update, update_quota=update)
    monkeypatch.setattr(quotas, "cinder", lambda _: service)
    return cast(Connection, SimpleNamespace(compute=service, network=service))


def test_who_interrupts_waits_for_the_answers(monkeypatch: pytest.MonkeyPatch, interrupted: threading.Event) -> None:
    answered = []
    all_asked = threading.Barrier(3, action=lambda: os.kill(os.getpid(), signal.SIGINT), timeout=LONG)

    def update(project: str, **_: int) -> None:
        all_asked.wait()
        assert interrupted.wait(LONG)
        answered.append(project)

    with pytest.raises(KeyboardInterrupt):
        quotas.set_quotas(cloud(monkeypatch, update), "p1")
    assert answered == ["p1"] * 3


def test_a_service_that_does_not_answer_is_not_this_ones_business(monkeypatch: pytest.MonkeyPatch) -> None:
    def update(*_: str, **__: int) -> None:
        raise SDKException

    quotas.set_quotas(cloud(monkeypatch, update), "p1")


def test_the_runs_own_project_has_room_for_all_that_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    room: dict[str, int] = {}
    quotas.set_quotas(cloud(monkeypatch, lambda _, **given: room.update(given)), "p1")
    wants = wanted(list(RESOURCES), quotas.LARGEST_RAM)
    assert {"routers", "volumes", "instances"} < wants.keys()
    assert {word: count for word, count in wants.items() if count > room[UPDATED.get(word, word)]} == {}


def test_there_is_room_besides_for_those_that_are_booted_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    room: dict[str, int] = {}
    quotas.set_quotas(cloud(monkeypatch, lambda _, **given: room.update(given)), "p1", at_once=7)
    assert (room["instances"], room["cores"]) == (quotas.SERVERS + 7, quotas.SERVERS + 7)
    assert (room["ram"], room["ports"]) == ((quotas.SERVERS + 7) * quotas.LARGEST_RAM, quotas.NETWORKS["ports"] + 7)
