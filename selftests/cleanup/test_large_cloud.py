from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tenacity
from requests_mock import Mocker

from fixtures.cleanup.delete_tagged import LONGEST_PAUSE, Ending, end_tagged
from fixtures.cleanup.search import scope_of
from fixtures.cleanup.sweep import sweep
from fixtures.cloud.run.run import Run
from fixtures.cloud.run.run_ledgers import Past
from fixtures.cloud.run.run_process import own_life
from fixtures.core.run_tag import run_id
from selftests.tools.fake_keystone import KEYSTONE, connected
from selftests.tools.large_cloud import PROJECT, LargeCloud

RUN = Run(run_id("1a2b3c4d"))
PORTS = 50_000
SOME = 12
"""Where all are listed, on pages of 5: to make a resource of each takes the SDK a while."""
DEADLINE = 60
pytestmark = pytest.mark.usefixtures("pauses")
GONE = 60
"""What the run made and has deleted itself."""


def thing(kind: str, identity: str, project: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {"id": identity, "name": name, PROJECT.get(kind, "project_id"): project, **more}


def ports(project: str, count: int = PORTS) -> list[dict[str, Any]]:
    return [thing("ports", f"port-{number}", project, device_owner="compute:nova") for number in range(count)]


def dead_life() -> str:
    return str(own_life()).replace("ticks ", "ticks 9")


def ledger(project: str, *more: tuple[str, str, str]) -> Past:
    """Of what a run made: kind, ID, name."""
    made = {f"gone-{number}": ("port", "server", "volume", "network")[number % 4] for number in range(GONE)}
    asked = {(kind, name) for kind, _, name in more}
    caller = f"u1 in {project}"
    ids = {identity: kind for kind, identity, _ in more if identity}
    return Past(Path(f"{RUN.tag}.jsonl"), KEYSTONE.removesuffix("/v3"), caller, made | ids, frozenset(asked))


@pytest.fixture
def operators(requests_mock: Mocker) -> LargeCloud:
    """A cloud with customers' ports, and what a run has left: a port, a volume, a flavor, its project."""
    cloud = LargeCloud(
        {
            "projects": [thing("projects", "own", "", RUN.tag, description=dead_life())],
            "ports": [*ports("customer", SOME), thing("ports", "own-port", "own", device_owner="")],
            "volumes": [thing("volumes", "own-volume", "own", attachments=[], status="available", updated_at="")],
            "flavors": [thing("flavors", "own-flavor", "", RUN.name("nano"))],
        }
    )
    cloud.there["volumes"][0]["updated_at"] = "2026-01-01T00:00:00"
    cloud.serve(requests_mock)
    return cloud


LEFT = [("project", "own", RUN.tag), ("flavor", "own-flavor", RUN.name("nano"))]


def test_the_end_of_a_run_reads_nothing_of_50000_foreign_ports(operators: LargeCloud) -> None:
    operators.there["ports"] += ports("another customer")
    past, told = [ledger("admin", *LEFT)], list[str]()
    assert end_tagged(Ending(connected(), past, scope_of([RUN.tag], past), DEADLINE, told.append)) == []
    assert set(operators.deleted) == {"own-port", "own-volume", "own-flavor", "own"}
    assert operators.items < 60
    assert len(operators.asked) < 200
    assert all("project_id=own" in each for each in operators.looks("ports"))


def test_what_is_gone_is_asked_for_once(operators: LargeCloud) -> None:
    past = [ledger("admin", *LEFT)]
    end_tagged(Ending(connected(), past, scope_of([RUN.tag], past), DEADLINE, lambda _: None))
    assert sum("/gone-" in each for each in operators.asked) == GONE


def test_in_a_members_project_of_50000_ports_the_run_finds_its_own_by_id_and_name(requests_mock: Mocker) -> None:
    own, unanswered = ("port", "own-port", RUN.name("port")), ("port", "", RUN.name("late-port"))
    left = [thing("ports", "own-port", "p1", own[2]), thing("ports", "late-port", "p1", unanswered[2])]
    cloud = LargeCloud({"ports": [*ports("p1"), *({**each, "device_owner": ""} for each in left)]}, sees_only="p1")
    cloud.serve(requests_mock)
    past = [ledger("p1", own, unanswered)]
    assert end_tagged(Ending(connected(), past, scope_of([RUN.tag], past), DEADLINE, lambda _: None)) == []
    assert set(cloud.deleted) == {"own-port", "late-port"}
    assert cloud.items < 20
    assert len(cloud.asked) < 120


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    def run(*ledgers: Past, **options: bool) -> list[str]:
        monkeypatch.setattr("fixtures.cleanup.search.PAGE", 5)
        monkeypatch.setattr("fixtures.cleanup.sweep.past_runs", lambda: iter(ledgers))
        monkeypatch.setattr("fixtures.cleanup.sweep.remove_dead", lambda: None)
        return list(sweep(connected(), DEADLINE, **{"is_dry": False, **options}))

    return run


def test_a_sweep_lists_the_whole_cloud_once_page_by_page(
    operators: LargeCloud, swept: Callable[..., list[str]]
) -> None:
    assert swept(ledger("admin", *LEFT)) == []
    assert set(operators.deleted) == {"own-port", "own-volume", "own-flavor", "own"}
    whole = [each for each in operators.looks("ports") if "project_id" not in each]
    assert len(whole) <= SOME / 5 + 2
    assert all("limit=5" in each for each in whole)
    assert operators.items < SOME + 100


def test_what_does_not_go_is_looked_for_in_its_own_project_alone_with_pauses_that_grow(
    operators: LargeCloud, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, past = tenacity.stop_after_attempt(6), [ledger("admin", *LEFT)]
    monkeypatch.setattr(tenacity, "stop_after_delay", lambda _: looks)
    operators.stubborn = {"own-port"}
    ending = Ending(connected(), past, scope_of([RUN.tag], past), DEADLINE, lambda _: None)
    assert any("own-port" in each for each in end_tagged(ending))
    assert pauses[-5:] == [1, 2, 4, LONGEST_PAUSE, LONGEST_PAUSE]
    assert all("project_id=own" in each for each in operators.looks("ports"))


FOREIGN = thing("servers", "their-server", "customer", "web")
FORGED = thing(
    "volumes",
    "forged",
    "customer",
    RUN.name("volume"),
    status="in-use",
    attachments=[{"server_id": "their-server"}],
    updated_at="2026-01-01T00:00:00",
)


@pytest.mark.parametrize("is_told_yes", [False, True])
@pytest.mark.parametrize("is_in_ledger", [False, True], ids=["forged", "handed over"])
def test_a_volume_in_a_customers_server_stays_there(
    operators: LargeCloud,
    swept: Callable[..., list[str]],
    capsys: pytest.CaptureFixture[str],
    is_told_yes: bool,
    is_in_ledger: bool,
) -> None:
    operators.there["servers"] = [FOREIGN]
    operators.there["volumes"].append(dict(FORGED))
    known = [("volume", "forged", RUN.name("volume"))] if is_in_ledger else []
    assert swept(ledger("admin", *LEFT, *known), are_tags_enough=is_told_yes) == []
    assert "forged" not in operators.deleted
    assert not any("forged/action" in each for each in operators.asked)
    assert {"own-volume", "own"} <= set(operators.deleted)
    told = capsys.readouterr().out
    assert f"volume {RUN.name('volume')} (forged): left alone, " in told
    assert ("server their-server has it" in told) == is_told_yes


def test_a_volume_of_ours_in_a_server_of_a_customers_remains_and_is_never_forced(
    operators: LargeCloud, swept: Callable[..., list[str]]
) -> None:
    operators.there["servers"] = [FOREIGN]
    operators.there["volumes"] = [{**FORGED, "os-vol-tenant-attr:tenant_id": "own"}]
    remains = swept(ledger("admin", *LEFT))
    assert "server their-server has it, which is not the run's" in remains[0]
    assert not any("forged/action" in each for each in operators.asked)


@pytest.mark.parametrize(
    ("project", "is_known", "is_told_yes", "goes", "fails"),
    [
        ("own", True, False, True, False),
        ("own", False, False, False, True),
        ("customer", False, False, False, False),
        ("customer", False, True, False, False),
    ],
    ids=["ours, in the ledger", "in our project", "foreign", "foreign, --yes"],
)
def test_a_protected_image(
    operators: LargeCloud,
    swept: Callable[..., list[str]],
    project: str,
    is_known: bool,
    is_told_yes: bool,
    goes: bool,
    fails: bool,
) -> None:
    operators.there["images"] = [
        thing("images", "protected", project, RUN.name("image"), protected=True, status="active")
    ]
    known = [("image", "protected", RUN.name("image"))] if is_known else []
    remains = swept(ledger("admin", *LEFT, *known), are_tags_enough=is_told_yes)
    assert ("protected" in operators.deleted, bool(remains)) == (goes, fails)
    assert operators.changed == (["PATCH images protected"] if goes else [])
    assert "own-port" in operators.deleted
