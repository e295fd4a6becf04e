"""What Cinder and Nova say of a volume, one after the other."""

from collections.abc import Iterable
from typing import Any, cast

import pytest
from openstack.block_storage.v3.volume import Volume
from openstack.connection import Connection

from fixtures.block import attached_volume
from fixtures.block.attached_volume import Views, attached, detach
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import is_proven
from fixtures.core.waiting import WaitFailed

DEADLINES = Deadlines(volume_ready=20)
VOLUME = Volume(id="v1")


class Nova:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @property
    def compute(self) -> "Nova":
        return self

    def create_volume_attachment(self, *_: object) -> None:
        self.asked.append("attach")

    def delete_volume_attachment(self, *_: object) -> None:
        self.asked.append("detach")


@pytest.fixture
def nova(pauses: list[float]) -> Nova:
    return Nova()


def seen(monkeypatch: pytest.MonkeyPatch, *views: tuple[str, bool]) -> Iterable[Views]:
    """The last stays."""
    ahead = [Views(Volume(id="v1", status=status), is_held) for status, is_held in views]
    monkeypatch.setattr(attached_volume, "views_of", lambda *_: ahead.pop(0) if len(ahead) > 1 else ahead[0])
    return ahead


def detached(nova: Nova, deadlines: Deadlines = DEADLINES) -> Volume:
    return detach(cast(Connection, nova), "s1", VOLUME, deadlines)


def test_a_volume_is_detached_when_nova_has_let_go_too(nova: Nova, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = seen(monkeypatch, ("in-use", True), ("detaching", True), ("available", True), ("available", False))
    assert detached(nova).status == "available"
    assert (nova.asked, list(ahead)) == (["detach"], [Views(Volume(id="v1", status="available"), False)])


def test_where_nova_keeps_it_both_views_are_told(nova: Nova, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, ("in-use", True), ("available", True))
    with pytest.raises(
        WaitFailed, match=r"volume v1, let go of by server s1, to be available: not within 20 s"
    ) as told:
        detached(nova)
    assert "last seen: Cinder: available; Nova: attached." in str(told.value)
    assert not is_proven(told.value)


def test_a_volume_that_comes_back_is_told_at_once(nova: Nova, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, ("in-use", True), ("detaching", True), ("in-use", True))
    with pytest.raises(WaitFailed, match=r"to be available: it is in-use\. Fix: .*iscsiadm -m session") as told:
        detached(nova, Deadlines())
    assert is_proven(told.value)


def test_what_no_server_holds_is_not_detached(nova: Nova, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, ("in-use", False))
    assert detached(nova).status == "in-use"  # by another server, which is not asked
    assert nova.asked == []


def test_a_volume_is_attached_when_both_say_so(nova: Nova, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, ("reserved", True), ("in-use", False), ("in-use", True), ("in-use", True), ("available", False))
    with attached(cast(Connection, nova), cast(Any, "s1"), VOLUME, DEADLINES) as lent:
        assert lent.status == "in-use"
        assert nova.asked == ["attach"]
    assert nova.asked == ["attach", "detach"]


@pytest.mark.parametrize("status", ["available", "error_attaching"])
def test_a_volume_that_is_not_attached_is_told_at_once(
    nova: Nova, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    seen(monkeypatch, ("attaching", True), (status, False))
    attaching = attached(cast(Connection, nova), cast(Any, "s1"), VOLUME, Deadlines())
    with pytest.raises(WaitFailed, match=f"to be in-use: it is {status}"), attaching:
        pass
