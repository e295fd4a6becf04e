from dataclasses import dataclass

import pytest

from fixtures.cleanup.ownership import Owners
from fixtures.cloud.run.run import Run
from fixtures.core.run_tag import run_id

RUN = Run(run_id("1a2b3c4d"))
OTHER = Run(run_id("00000001"))


@dataclass
class Thing:
    id: str = "1"
    name: str | None = "somebody's"
    description: str | None = None
    project_id: str = "demo"


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
