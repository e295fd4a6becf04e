from collections.abc import Collection
from typing import Any

import pytest
from openstack.connection import Connection
from openstack.exceptions import ConflictException, SDKException

from fixtures.cleanup import delete_tagged
from fixtures.cleanup.tagged import Marked

MARK = "acc-1a2b3c4d5e6f"
DEADLINE = 0.1


class Cloud(Connection):
    """What there is, and in which order it was deleted."""

    def __init__(self, *names: str, stubborn: Collection[str] = (), dark: Collection[str] = ()) -> None:
        self.there = list(names)
        self.stubborn, self.dark = stubborn, dark
        self.deleted: list[str] = []

    def end(self, name: str) -> None:
        if name in self.stubborn:
            raise ConflictException(f"{name} is in use")
        self.there.remove(name)
        self.deleted.append(name)

    def marked(
        self, _: object, kinds: Collection[str] = (), *__: object, **___: object
    ) -> tuple[list[Marked], list[str]]:
        seen = [name for name in self.there if (not kinds or kind(name) in kinds) and kind(name) not in self.dark]
        return [thing(self, name) for name in seen], [f"{each}s could not be listed" for each in self.dark]


def kind(name: str) -> str:
    return name.partition(" of ")[0]


def thing(cloud: Cloud, name: str) -> Marked:
    return Marked(name.partition(" of ")[2], kind(name), name, name, "", "", False, lambda: cloud.end(name))


def ended(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(delete_tagged, "marked", cloud.marked)
    return delete_tagged.end_marked(cloud, [MARK], DEADLINE, lambda _: None)


def test_what_hangs_on_others_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("project", "user", "network", "subnet", "port", "router", "volume", "server")
    cloud = Cloud(*(f"{each} of {MARK}" for each in kinds))
    assert ended(cloud, monkeypatch) == []
    assert [kind(name) for name in cloud.deleted] == list(reversed(kinds))


def test_the_foreign_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(f"server of {MARK}", "server of acc-0000000000000000", "network of ")
    assert ended(cloud, monkeypatch) == []
    assert cloud.there == ["server of acc-0000000000000000", "network of "]


def test_what_cannot_be_deleted_is_told_and_its_project_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = f"container of {MARK}"
    cloud = Cloud(f"project of {MARK}", f"user of {MARK}", stuck, f"network of {MARK}", stubborn=[stuck])
    remains = ended(cloud, monkeypatch)
    assert f"container {stuck}: {stuck} is in use" in str(remains)
    assert [kind(name) for name in cloud.there] == ["project", "user", "container"]


def test_where_a_service_does_not_answer_its_project_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(f"project of {MARK}", f"network of {MARK}", dark=["container"])
    assert "containers could not be listed" in ended(cloud, monkeypatch)
    assert cloud.there == [f"project of {MARK}"]


def test_what_was_refused_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    class Busy(Cloud):
        def end(self, name: str) -> None:
            nonlocal asked
            asked += 1
            if asked == 1:
                raise SDKException("busy")
            super().end(name)

    cloud = Busy(f"volume of {MARK}")
    monkeypatch.setattr(delete_tagged, "marked", cloud.marked)
    assert delete_tagged.end_marked(cloud, [MARK], 5, lambda _: None) == []
    assert asked == 2


def test_a_kind_of_which_all_is_gone_is_not_listed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Collection[str]] = []

    class Slow(Cloud):
        def end(self, name: str) -> None:
            if kind(name) == "volume" and len(looks) < 3:
                raise ConflictException("in use")
            super().end(name)

    def marked(*words: Any, **named: Any) -> tuple[list[Marked], list[str]]:
        looks.append(words[1] if len(words) > 1 else ())
        return cloud.marked(*words, **named)

    cloud = Slow(f"volume of {MARK}", f"snapshot of {MARK}")
    monkeypatch.setattr(delete_tagged, "marked", marked)
    assert delete_tagged.end_marked(cloud, [MARK], 5, lambda _: None) == []
    first, *_, last = [kinds for kinds in looks if "volume" in kinds]
    assert ("snapshot" in first, set(last)) == (True, {"volume"})


def test_a_kind_that_could_not_be_listed_is_listed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Recovering(Cloud):
        def end(self, name: str) -> None:
            super().end(name)
            self.dark = [] if kind(name) == "volume" else self.dark

    cloud = Recovering(f"volume of {MARK}", f"server of {MARK}", f"snapshot of {MARK}", dark=["snapshot"])
    monkeypatch.setattr(delete_tagged, "marked", cloud.marked)
    assert delete_tagged.end_marked(cloud, [MARK], 5, lambda _: None) == []
