"""What docs/clouds.md says of the clouds is what was seen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from faults import seen
from lab import faults
from lab.machines import clouds
from selftests import ROOT

ROW = re.compile(r"^\|[^|]*\|[^|]*\|[^|]*\| (?P<state>[^|]*) \|(?: `(?P<cloud>[\w-]+)`)? \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "clouds.md").read_text()
TOLD = {row["cloud"]: row["state"] for row in ROW.finditer(PAGE) if row["cloud"]}
VERDICT = {
    "exit_code": 0,
    "passed": 200,
    "skipped": {"b": "router 1a40e9df-fced-4dbb-9004-f92854195537 is not distributed", "a": "no firewalld"},
}
ENOUGH = 15
"""Faults that have been named, of a cloud that counts as drilled."""


def state(file: Path) -> str:
    """What the page must say of a cloud of which this file tells."""
    if not file.exists():
        return "read only"
    drilled = json.loads(file.read_text())["drilled"]
    return "seen green and drilled" if len(drilled) >= ENOUGH else "seen green"


def test_the_page_tells_of_every_cloud_of_the_lab() -> None:
    assert set(TOLD) == set(clouds())


@pytest.mark.parametrize("cloud", clouds())
def test_a_cloud_is_what_was_seen_of_it(cloud: str) -> None:
    assert TOLD[cloud] == state(seen.FOLDER / f"{cloud}.json")


def test_what_the_lab_cannot_be_is_read_only() -> None:
    assert {row["state"] for row in ROW.finditer(PAGE) if not row["cloud"]} == {"read only"}


def test_what_was_seen_is_of_faults_that_there_are() -> None:
    for file in seen.FOLDER.glob("*.json"):
        told = json.loads(file.read_text())
        assert told["cloud"] == file.stem
        assert set(told["drilled"]) <= set(faults.catalogue())


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seen, "chosen", lambda: "notes")
    monkeypatch.setattr(seen, "DRILL", tmp_path / "drill.json")
    return tmp_path / "drill.json"


def trial(name: str, *, healthy: bool = True) -> dict[str, Any]:
    sound: dict[str, Any] = {"row": "NOVA-3", "caught": True, "right": True, "others": [], "trouble": ""}
    return {"name": name, **sound, "seconds": 9, "seconds_to_cause": 1, "healthy": healthy}


def test_a_fault_that_was_named_counts_until_it_is_tried_again(drill: Path) -> None:
    tried = [trial("my-ip-copied"), trial("clock-off", healthy=False)]
    drill.write_text(json.dumps({"cloud": "notes", "faults": tried}))
    told = seen.seen(VERDICT, {"drilled": ["clock-off", "chrony-off"]})
    assert told["drilled"] == ["chrony-off", "my-ip-copied"]
    assert (told["passed"], list(told["skipped"])) == (200, ["a", "b"])


def test_a_drill_on_another_cloud_tells_nothing(drill: Path) -> None:
    drill.write_text(json.dumps({"cloud": "rdo", "faults": [trial("my-ip-copied")]}))
    assert seen.seen(VERDICT, {})["drilled"] == []


def test_what_is_skipped_is_compared_without_what_is_another_in_each_run() -> None:
    now = seen.skipped(VERDICT)
    assert now["b"] == "router … is not distributed"
    assert seen.differences(now, now) == []
    assert seen.differences({"a": "no firewalld", "c": "gone"}, now) == [
        "skipped now: b: router … is not distributed",
        "not skipped any more: c: gone",
    ]
