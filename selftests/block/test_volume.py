from typing import cast

import pytest
from openstack.connection import Connection

from fixtures.block import volume
from fixtures.core.waiting import WaitFailed

pytestmark = pytest.mark.usefixtures("pauses")


class Cinder:
    """Deletes only what no server holds; the last status stays until then."""

    def __init__(self, *statuses: str) -> None:
        self.ahead = list(statuses)
        self.asked: list[str] = []

    def status(self, *_: object) -> str:
        return self.ahead.pop(0) if len(self.ahead) > 1 else self.ahead[0]

    def delete_volume(self, _: str, force: bool = False) -> None:
        self.asked.append("delete by force" if force else "delete")
        self.ahead = ["gone"]

    def reset_volume_status(self, *_: object) -> None:
        self.asked.append("reset")


def deleted(cinder: Cinder, monkeypatch: pytest.MonkeyPatch, *, by_operator: bool) -> list[str]:
    monkeypatch.setattr(volume, "_status", cinder.status)
    monkeypatch.setattr(volume, "cinder", lambda _: cinder)
    monkeypatch.setattr(volume, "is_operator", lambda _: by_operator)
    nobody = cast(Connection, None)
    volume._delete(nobody, nobody, "v1", deadline=60)
    return cinder.asked


def test_a_volume_is_deleted_when_its_server_has_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    assert deleted(Cinder("in-use", "detaching", "available"), monkeypatch, by_operator=True) == ["delete"]


def test_one_that_is_never_let_go_of_is_freed_by_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    assert deleted(Cinder("in-use"), monkeypatch, by_operator=True) == ["reset", "delete by force"]


def test_a_member_is_told_who_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        WaitFailed, match=r"volume v1 to be let go of by its server: not within 10 s; last seen: in-use"
    ):
        deleted(Cinder("in-use"), monkeypatch, by_operator=False)
