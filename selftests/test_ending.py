from collections.abc import Collection

import pytest
from openstack.connection import Connection
from openstack.exceptions import ConflictException, SDKException

from fixtures import ending
from fixtures.marked import Marked

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
    monkeypatch.setattr(ending, "marked", cloud.marked)
    return ending.end_marked(cloud, [MARK], DEADLINE, lambda _: None)


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
    monkeypatch.setattr(ending, "marked", cloud.marked)
    assert ending.end_marked(cloud, [MARK], 5, lambda _: None) == []
    assert asked == 2
