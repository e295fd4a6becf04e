from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.cleanup.ownership import NOBODYS, Owners
from fixtures.cloud.run.run import Run
from fixtures.cloud.run.run_ledgers import Past
from fixtures.cloud.run.run_process import own_life
from fixtures.core.run_tag import run_id

RUN = Run(run_id("1a2b3c4d"))
OTHER = Run(run_id("00000001"))
MADE = {"volume-1": "volume", "gone": "project"}
ASKED = frozenset({("floating IP", RUN.tag), ("volume", RUN.name("volume")), ("flavor", RUN.name("nano"))})


@dataclass
class Thing:
    id: str = "1"
    name: str | None = "somebody's"
    description: str | None = None
    project_id: str | None = "customer"


OWN = Thing("own", RUN.tag, str(own_life()), None)
LEDGER = Past(Path(f"{RUN.tag}.jsonl"), "cloud", "alice in home", MADE, ASKED)
OWNERS = Owners({"own": OWN}, {"u1": Thing("u1", RUN.tag)}, [LEDGER])


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("volume", Thing("volume-1", project_id="home")),
        ("volume", Thing("volume-1", project_id="own")),
        ("volume", Thing(name=RUN.name("volume"), project_id="home")),
        ("floating IP", Thing(name="203.0.113.7", description=RUN.tag, project_id="own")),
        ("flavor", Thing(name=RUN.name("nano"), project_id=None)),
        ("project", Thing("gone", "renamed", project_id=None)),
    ],
    ids=["ID", "ID in the run's project", "name", "description", "in no project", "lost its name"],
)
def test_what_a_ledger_knows_is_a_runs(kind: str, thing: Thing) -> None:
    assert OWNERS.claim_on(kind, thing) == (RUN.tag, "ledger")


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("security group", Thing(name="default", project_id="own")),
        ("port", Thing(name=None, project_id="own")),
        ("port", Thing(name=OTHER.name("port"), project_id="own")),
        ("port", Thing(name=None, project_id="gone")),
        ("project", OWN),
    ],
    ids=["untagged", "unnamed", "called another run's", "project that is gone", "the project itself"],
)
def test_what_is_in_a_runs_own_project_is_the_runs(kind: str, thing: Thing) -> None:
    claim = OWNERS.claim_on(kind, thing)
    assert claim.tag == RUN.tag
    assert claim.proof


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("volume", Thing(name=RUN.name("volume"))),
        ("volume", Thing(description=RUN.tag)),
        ("volume", Thing("volume-1", RUN.name("volume"))),
        ("image", Thing("volume-1", RUN.name("volume"), project_id="home")),
        ("server", Thing(name=RUN.name("volume"), project_id="home")),
        ("project", Thing("customer", RUN.tag, "made by hand", None)),
    ],
    ids=["forged name", "forged description", "handed over", "another kind's ID", "another kind's name", "no life"],
)
def test_a_tag_alone_proves_nothing(kind: str, thing: Thing) -> None:
    assert OWNERS.claim_on(kind, thing) == (RUN.tag, "")


@pytest.mark.parametrize(
    "thing", [Thing(), Thing(name=None), Thing(name="acc-20261122"), Thing(description=f"like {RUN.tag}")]
)
def test_what_is_nobodys_run_is_foreign(thing: Thing) -> None:
    assert OWNERS.claim_on("volume", thing) == NOBODYS


def test_the_member_of_a_runs_project_is_the_runs_and_what_is_that_users_alone() -> None:
    owners = Owners({"own": OWN}, {"u1": Thing("u1", RUN.tag), "u2": Thing("u2", OTHER.tag)})
    assert owners.own_users == {"u1": "own"}
    assert owners.claim_on("keypair", Thing(name="mine", project_id=None), "own") == (RUN.tag, "project")
