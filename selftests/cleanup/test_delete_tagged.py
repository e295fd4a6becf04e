from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from openstack.connection import Connection
from openstack.exceptions import ConflictException, SDKException

from fixtures.cleanup import delete_tagged
from fixtures.cleanup.delete_tagged import Ending, end_tagged
from fixtures.cleanup.ownership import Proof
from fixtures.cleanup.search import LeftAlone, scope_of
from fixtures.cleanup.tagged import Tagged

TAG = "acc-1a2b3c4d5e6f"
DEADLINE = 60
pytestmark = pytest.mark.usefixtures("pauses")


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

    def tagged(
        self, _: object, kinds: Collection[str] = (), *__: object, **___: object
    ) -> tuple[list[Tagged], list[str]]:
        seen = [name for name in self.there if (not kinds or kind(name) in kinds) and kind(name) not in self.dark]
        return [thing(self, name) for name in seen], [f"{each}s could not be listed" for each in self.dark]


def kind(name: str) -> str:
    return name.partition(" of ")[0]


def thing(cloud: Cloud, name: str, proof: Proof = "ledger") -> Tagged:
    return Tagged(name.partition(" of ")[2], proof, kind(name), name, name, "", "", False, lambda: cloud.end(name))


def ended(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    return end_tagged(ending(cloud))


def ending(cloud: Cloud) -> Ending:
    return Ending(cloud, [], scope_of([TAG], []), DEADLINE, lambda _: None)


def test_what_hangs_on_others_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("project", "user", "network", "subnet", "port", "router", "volume", "server")
    cloud = Cloud(*(f"{each} of {TAG}" for each in kinds))
    assert ended(cloud, monkeypatch) == []
    assert [kind(name) for name in cloud.deleted] == list(reversed(kinds))


def test_the_foreign_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(f"server of {TAG}", "server of acc-0000000000000000", "network of ")
    assert ended(cloud, monkeypatch) == []
    assert cloud.there == ["server of acc-0000000000000000", "network of "]


def test_what_cannot_be_deleted_is_told_and_its_project_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = f"container of {TAG}"
    cloud = Cloud(f"project of {TAG}", f"user of {TAG}", stuck, f"network of {TAG}", stubborn=[stuck])
    remains = ended(cloud, monkeypatch)
    assert f"container {stuck}: {stuck} is in use" in str(remains)
    assert [kind(name) for name in cloud.there] == ["project", "user", "container"]


def test_where_a_service_does_not_answer_its_project_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(f"project of {TAG}", f"network of {TAG}", dark=["container"])
    assert "containers could not be listed" in ended(cloud, monkeypatch)
    assert cloud.there == [f"project of {TAG}"]


def test_what_was_refused_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    class Busy(Cloud):
        def end(self, name: str) -> None:
            nonlocal asked
            asked += 1
            if asked == 1:
                raise SDKException("busy")
            super().end(name)

    cloud = Busy(f"volume of {TAG}")
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    assert end_tagged(ending(cloud)) == []
    assert asked == 2


def test_a_kind_of_which_all_is_gone_is_not_listed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Collection[str]] = []

    class Slow(Cloud):
        def end(self, name: str) -> None:
            if kind(name) == "volume" and len(looks) < 3:
                raise ConflictException("in use")
            super().end(name)

    def tagged(*words: Any, **named: Any) -> tuple[list[Tagged], list[str]]:
        looks.append(words[1] if len(words) > 1 else ())
        return cloud.tagged(*words, **named)

    cloud = Slow(f"volume of {TAG}", f"snapshot of {TAG}")
    monkeypatch.setattr(delete_tagged, "tagged", tagged)
    assert end_tagged(ending(cloud)) == []
    first, *_, last = [kinds for kinds in looks if "volume" in kinds]
    assert ("snapshot" in first, set(last)) == (True, {"volume"})


def test_a_kind_that_could_not_be_listed_is_listed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Recovering(Cloud):
        def end(self, name: str) -> None:
            super().end(name)
            self.dark = [] if kind(name) == "volume" else self.dark

    cloud = Recovering(f"volume of {TAG}", f"server of {TAG}", f"snapshot of {TAG}", dark=["snapshot"])
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    assert end_tagged(ending(cloud)) == []


class Doubtful(Cloud):
    """Where some things are a run's by their tags alone, and some are refused to be asked for."""

    def __init__(self, *names: str, proofs: dict[str, Proof], declined: Collection[str] = ()) -> None:
        super().__init__(*names)
        self.proofs, self.declined = proofs, declined
        self.asked: list[str] = []

    def end(self, name: str) -> None:
        self.asked.append(name)
        if name in self.declined:
            raise LeftAlone("it is protected")
        super().end(name)

    def tagged(
        self, _: object, kinds: Collection[str] = (), *__: object, **___: object
    ) -> tuple[list[Tagged], list[str]]:
        seen = [name for name in self.there if not kinds or kind(name) in kinds]
        return [thing(self, name, self.proofs[name]) for name in seen], []


@pytest.mark.parametrize("are_tags_enough", [False, True])
def test_what_only_carries_the_tag_goes_when_that_is_enough(
    monkeypatch: pytest.MonkeyPatch, are_tags_enough: bool
) -> None:
    forged, own = f"volume of {TAG}", f"image of {TAG}"
    cloud = Doubtful(forged, own, proofs={forged: "", own: "project"})
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    assert end_tagged(replace(ending(cloud), are_tags_enough=are_tags_enough)) == []
    assert cloud.there == ([] if are_tags_enough else [forged])


def test_a_foreign_protected_one_is_told_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    foreign, project = f"image of {TAG}", f"project of {TAG}"
    cloud, told = Doubtful(foreign, project, proofs={foreign: "", project: "project"}, declined=[foreign]), list[str]()
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    end = replace(ending(cloud), are_tags_enough=True, tell=told.append)
    assert end_tagged(end) == []
    assert sum(pauses) < DEADLINE, "at once, not at the deadline"
    assert (cloud.there, cloud.asked.count(foreign)) == ([foreign], 1)
    assert told == [f"deleted project {project}", f"image {foreign}: left alone, it is protected"]


def test_one_of_ours_that_is_left_alone_remains_and_so_does_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    own, project = f"volume of {TAG}", f"project of {TAG}"
    cloud = Doubtful(own, project, proofs={own: "project", project: "project"}, declined=[own])
    monkeypatch.setattr(delete_tagged, "tagged", cloud.tagged)
    remains = end_tagged(ending(cloud))
    assert remains == [f"volume {own}: it is protected", f"project {project}: is still there"]
