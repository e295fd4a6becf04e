from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.marked import LISTERS, ORDER, OWNERS, STUCK, Owners, _is_stuck
from fixtures.marks import run_id
from fixtures.run import Run

RUN = Run(run_id("1a2b3c4d"))
OTHER = Run(run_id("00000001"))


@dataclass
class Thing:
    id: str = "1"
    name: str | None = "somebody's"
    description: str | None = None
    project_id: str = "demo"


@dataclass
class Volume:
    status: str
    updated_at: str | None = None
    created_at: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}")


def mark_on(thing: Thing) -> str:
    own = Thing(id="own", name=RUN.mark)
    return Owners({"own": own}, {}, {"known": RUN.mark, "gone": RUN.mark}, ()).mark_on(thing)


@pytest.mark.parametrize(
    "thing",
    [
        Thing(name=RUN.name("server")),
        Thing(name="203.0.113.7", description=RUN.mark),
        Thing(name="default", project_id="own"),
        Thing(name=None, project_id="own"),
        Thing(id="known"),
        Thing(name="default", project_id="gone"),
    ],
    ids=["name", "description", "own project", "unnamed", "known by its ID", "project that is gone"],
)
def test_what_is_a_runs_is_known(thing: Thing) -> None:
    assert mark_on(thing) == RUN.mark


@pytest.mark.parametrize(
    "thing", [Thing(), Thing(name=None), Thing(name="acc-20261122"), Thing(description=f"like {RUN.mark}")]
)
def test_what_is_nobodys_run_is_foreign(thing: Thing) -> None:
    assert mark_on(thing) == ""


def test_its_own_name_comes_first() -> None:
    assert mark_on(Thing(name=OTHER.name("server"), project_id="own")) == OTHER.mark


def test_every_kind_has_its_turn_once() -> None:
    kinds = [kind for turn in (*ORDER, *OWNERS) for kind in turn]
    assert sorted(kinds) == sorted(LISTERS)


@pytest.mark.parametrize("status", ["available", "error", "creating", "deleting", "in-use", "detaching"])
def test_what_is_well_or_worked_on_is_not_forced(status: str) -> None:
    assert not _is_stuck(Volume(status))


@pytest.mark.parametrize("status", ["error_deleting", "error_restoring", "maintenance"])
def test_what_no_owner_can_delete_is_stuck(status: str) -> None:
    assert _is_stuck(Volume(status))


def test_what_is_worked_on_for_ever_is_stuck() -> None:
    long_ago = f"{datetime.now(UTC) - STUCK - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.%f}"
    assert _is_stuck(Volume("creating", updated_at=long_ago))
    assert not _is_stuck(Volume("available", updated_at=long_ago))
