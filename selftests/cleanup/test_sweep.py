import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openstack.connection import Connection

from fixtures.cleanup import sweep
from fixtures.cleanup.delete_tagged import Ending
from fixtures.cleanup.ownership import Proof
from fixtures.cleanup.tagged import Tagged
from fixtures.cloud.run.ledger import LEDGER, Ledger, folder
from fixtures.cloud.run.run import Run
from fixtures.cloud.run.run_ledgers import Past, past_runs
from fixtures.cloud.run.run_process import own_life
from fixtures.core.run_tag import run_id
from selftests import ROOT

pytest_plugins = ["pytester"]

CLOUD, CALLER = "http://controller:5000", "alice in demo"
DEAD, ALIVE = Run(run_id("00000001")).tag, Run(run_id("00000002")).tag
PLUGINS = [
    "fixtures.core.options",
    "fixtures.core.settings",
    "fixtures.session.read_only",
    "fixtures.nodes.nodes",
    "fixtures.cleanup.sweep",
]
CONFTEST = f"pytest_plugins = {PLUGINS}"


@dataclass
class Swept:
    """A cloud with the remains of runs, and what a sweep did to it."""

    things: list[Tagged]
    ended: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    remains: list[str] = field(default_factory=list)

    def tagged(self, *_: object, **__: object) -> tuple[list[Tagged], list[str]]:
        return self.things, []

    def end_tagged(self, ending: Ending) -> list[str]:
        self.ended += ending.scope.tags
        self.deleted += [each.id for each in self.things if ending.is_meant(each)]
        return self.remains


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Swept, list[str]]]:
    def run(*things: Tagged, remains: list[str] | None = None, **options: bool) -> tuple[Swept, list[str]]:
        cloud = Swept(list(things), remains=remains or [])
        monkeypatch.setattr(sweep, "tagged", cloud.tagged)
        monkeypatch.setattr(sweep, "end_tagged", cloud.end_tagged)
        monkeypatch.setattr(sweep, "keystone_url", lambda _: CLOUD)
        monkeypatch.setattr(sweep, "caller", lambda _: CALLER)
        return cloud, list(sweep.sweep(Connection, 1, **{"is_dry": False, **options}))  # type: ignore[arg-type]  # nobody asks it

    return run


def thing(
    tag: str,
    kind: str = "server",
    told: str = "",
    made_at: str = "2026-01-01T00:00:00Z",
    proof: Proof = "project",
) -> Tagged:
    name = tag if kind == "project" else f"{tag}-{kind}"
    return Tagged(tag, proof, kind, name, name, told, made_at, False, lambda: None)


def write_ledger(tag: str, caller: str = CALLER) -> Path:
    """That of a dead run, as nobody holds it."""
    folder().mkdir(parents=True, exist_ok=True)
    file = folder() / f"{tag}.jsonl"
    file.write_text(f'{{"cloud": "{CLOUD}", "caller": "{caller}"}}\n')
    return file


def test_a_dead_run_is_ended_and_its_ledger_goes(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    ledger = write_ledger(DEAD)
    cloud, remains = swept(thing(DEAD, made_at=datetime.now(UTC).isoformat()))
    assert (cloud.ended, remains) == ([DEAD], [])
    assert not ledger.exists()


def test_what_remains_is_told_and_its_ledger_stays(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    ledger = write_ledger(DEAD)
    assert swept(thing(DEAD), remains=["server 1: in use"])[1] == ["server 1: in use"]
    assert ledger.exists()


def test_a_ledger_of_other_credentials_stays(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    ledger = write_ledger(DEAD, caller="bob in demo")
    assert swept()[0].ended == [DEAD]
    assert ledger.exists()


def test_a_dry_run_lists_and_deletes_nothing(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    ledger = write_ledger(DEAD)
    cloud, listed = swept(thing(DEAD), is_dry=True)
    assert (cloud.ended, listed) == ([], [f"server {DEAD}-server"])
    assert ledger.exists()


@pytest.mark.parametrize("are_tags_enough", [False, True])
def test_a_tag_that_a_customer_forged_is_told_and_goes_only_with_yes(
    swept: Callable[..., tuple[Swept, list[str]]], capsys: pytest.CaptureFixture[str], are_tags_enough: bool
) -> None:
    cloud, remains = swept(thing(DEAD, "volume", proof=""), thing(DEAD), are_tags_enough=are_tags_enough)
    forged, told = f"{DEAD}-volume", capsys.readouterr().out
    assert cloud.deleted == ([forged] if are_tags_enough else []) + [f"{DEAD}-server"]
    assert remains == []
    assert told.count(f"volume {forged}: left alone, it carries a run's tag") == (not are_tags_enough)


def test_a_dry_run_tells_of_a_forged_tag_without_failing_for_it(
    swept: Callable[..., tuple[Swept, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    _, listed = swept(thing(DEAD, "volume", proof=""), is_dry=True)
    assert listed == []
    assert "--sweep --yes" in capsys.readouterr().out


def test_a_ledger_that_another_user_holds_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError

    ledger = write_ledger(ALIVE)
    monkeypatch.setattr(Path, "read_text", refused)  # root may read it
    monkeypatch.setattr(Path, "open", refused)
    [theirs] = past_runs()
    assert (theirs.cloud, theirs.is_alive) == ("", True)
    assert ledger.exists()


def test_a_run_whose_ledger_is_held_is_left_alone(
    swept: Callable[..., tuple[Swept, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    alive = Ledger()
    alive.begin(ALIVE, CLOUD, CALLER)
    alive._write({"making": "server", "name": f"{ALIVE}-server"})
    cloud, _ = swept(thing(ALIVE), thing(DEAD))
    assert cloud.ended == [DEAD]
    assert f"{ALIVE}: left alone" in capsys.readouterr().out
    assert [past.tag for past in past_runs()] == [ALIVE]
    alive.end()


def test_without_a_ledger_the_project_tells(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    alive = str(own_life())
    dead = alive.replace("ticks ", "ticks 9")
    cloud, _ = swept(thing(ALIVE, "project", alive), thing(ALIVE), thing(DEAD, "project", dead), thing(DEAD))
    assert cloud.ended == [DEAD]


def test_without_both_what_is_new_is_left_alone(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    cloud, _ = swept(thing(DEAD), thing(ALIVE), thing(ALIVE, "network", made_at=datetime.now(UTC).isoformat()))
    assert cloud.ended == [DEAD]


def test_a_ledger_that_another_machine_may_hold_is_not_believed(
    swept: Callable[..., tuple[Swept, list[str]]],
) -> None:
    write_ledger(ALIVE)
    write_ledger(DEAD)
    elsewhere = str(replace(own_life(), host="ci-7", boot="another"))
    ended_here = str(replace(own_life(), namespace="1"))
    assert swept(thing(ALIVE, "project", elsewhere), thing(DEAD, "project", ended_here))[0].ended == [DEAD]


def test_another_runs_project_tells_nothing_of_its_other_project(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    other_project = Tagged(
        DEAD, "project", "project", "2", f"{DEAD}-other-project", str(own_life()), "", False, lambda: None
    )
    assert swept(other_project, thing(DEAD))[0].ended == [DEAD]


def test_ledgers_of_other_clouds_are_not_looked_at(swept: Callable[..., tuple[Swept, list[str]]]) -> None:
    ledger = write_ledger(DEAD)
    ledger.write_text(ledger.read_text().replace(CLOUD, "http://elsewhere:5000"))
    assert swept()[0].ended == []
    assert ledger.exists()


def test_a_ledger_that_goes_meanwhile_is_a_dead_runs(tmp_path: Path) -> None:
    assert not Past(tmp_path / f"{DEAD}.jsonl", CLOUD, CALLER).is_alive


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in os.environ:
        if name.startswith("OS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(pytester.path))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("def test_nothing(): pass")
    return pytester


def problems(suite: pytest.Pytester, *options: str) -> list[str]:
    done = suite.runpytest_subprocess(*options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    return [line for line in done.stderr.lines if line]


def test_without_credentials_nothing_is_swept(suite: pytest.Pytester) -> None:
    [told] = problems(suite, "--sweep")
    assert told.startswith("ERROR: credentials: ")


@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_what_goes_with_a_sweep_goes_with_nothing_else(suite: pytest.Pytester, option: str) -> None:
    assert problems(suite, option) == [f"ERROR: {option} goes with --sweep"]


def test_where_no_ledger_can_be_written_nothing_begins(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    file = suite.makefile(".txt", state="no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(file))
    assert problems(suite, "--sweep")[-1].startswith("ERROR: ledger: ")


def test_the_runs_own_ledger_has_not_begun_here() -> None:
    assert LEDGER.file is None


def test_a_sweep_that_may_only_look_is_refused(suite: pytest.Pytester) -> None:
    fix = "Fix: give --dry-run, or leave one out"
    assert problems(suite, "--sweep", "--read-only") == [f"ERROR: --sweep deletes, and --read-only only looks. {fix}"]
