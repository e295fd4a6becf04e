"""Listings that come late, as Swift's may."""

from typing import Any, cast

import pytest
from openstack.connection import Connection
from openstack.object_store.v1.obj import Object

from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed
from fixtures.object import container
from fixtures.object.stored_object import told_of

DEADLINES = Deadlines(listed=20)
pytestmark = pytest.mark.usefixtures("pauses")


class LateSwift:
    """Lists what was there so many listings ago."""

    def __init__(self, *names: str, lag: int) -> None:
        self.there = list(names)
        self.shown: list[list[str]] = [[] for _ in range(lag)]
        self.deleted = ""

    @property
    def object_store(self) -> "LateSwift":
        return self

    def objects(self, _: str, prefix: str = "") -> list[Object]:
        self.shown.append(list(self.there))
        return [Object(name=name) for name in self.shown.pop(0) if name.startswith(prefix)]

    def delete_object(self, each: Object, container: str) -> None:
        if each.name in self.there:
            self.there.remove(each.name)

    def delete_container(self, name: str) -> None:
        self.deleted = name

    def get_object_metadata(self, name: str, container: str) -> Object:
        return Object(name=name, content_length="3", etag="e")


def test_an_object_is_there_when_it_is_listed() -> None:
    swift = LateSwift("notice", lag=2)
    assert told_of(cast(Connection, swift), "c1", "notice", DEADLINES).size == 3
    assert swift.shown == [["notice"], ["notice"]]


def test_an_object_that_is_never_listed_is_told() -> None:
    with pytest.raises(WaitFailed, match=r"container c1 to list notice: not within 20 s; last seen: \[\]"):
        told_of(cast(Connection, LateSwift(lag=0)), "c1", "notice", DEADLINES)


def test_a_container_is_emptied_until_it_lists_nothing() -> None:
    swift = LateSwift("a", "b", lag=0)
    swift.shown = [["a", "b"], ["b"]]  # it goes on to show what was deleted
    container._delete(cast(Any, swift), "c1", DEADLINES)
    assert (swift.there, swift.deleted) == ([], "c1")
