"""The schema is what docs/verdict.md says and what a run writes; how runs end, test_every_exit.py compares with it."""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from fixtures.report.checks import Check
from fixtures.report.verdict_file import as_json
from fixtures.verdict.verdict import NO_ROWS, Failure, Verdict
from selftests import ROOT
from selftests.report.verdict_schema import SCHEMA, VERDICT

TABLE = (ROOT / "docs" / "verdict.md").read_text().partition("| key | what it holds |")[2].partition("\n\n")[0]
LINES = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TABLE, re.MULTILINE))
LOGGED = ("controller, neutron-api, 22:16:12: Failed to bind port", "controller, nova-api, 22:16:13: No valid host")


@pytest.fixture
def told() -> dict[str, Any]:
    """A verdict in which each key has something."""
    verdict = Verdict(passed=3, problems=["interrupted: SIGTERM"])
    verdict.failures += [
        Failure("NOVA-3", "tests/a_nodes.py::test_a[c1]", "my_ip is another's. Fix: correct it", seconds=1.5),
        Failure("NOVA-14", "tests/a_workload.py::test_b", "no server. Fix: …", LOGGED, 9.5, (), True, LOGGED[0]),
        Failure("NEU-8.api", "tests/a_api.py::test_c", "no network. Fix: …", (), 9.5, (), True, None),
        Failure("runner", "tests/a_nodes.py::test_d", "no room. Fix: df -h", unknown=("CIN-3",)),
        Failure("clean-up", "tests/a_workload.py::test_b", "still there: a volume"),
    ]
    verdict.blocked["tests/a_workload.py::test_e"] = "blocked by NOVA-3"
    verdict.skipped["tests/a_nodes.py::test_f"] = "no object storage"
    made = as_json(verdict, "ab12", 1, ["a certificate ends"], {"size": 1, "seed": "ab12", "nodes": ["c1"]})
    made["rows"] = {"NOVA-3": "cause"}
    made["nodes"] = [{"name": "c1", "roles": ["compute"]}]
    made["checks"] = [asdict(Check("tests/a_nodes.py::test_a[c1]", "A holds on c1", ["NOVA-3"], "c1", "failed", 0.5))]
    return dict(json.loads(json.dumps(made)))


def required(schema: dict[str, Any], told: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a verdict the keys are that must be there."""
    for each in [schema, *schema.get("anyOf", [])]:
        named = SCHEMA["$defs"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if isinstance(told, dict):
            yield from ((*path, key) for key in named.get("required", []))
            for key, value in named.get("properties", {}).items():
                yield from required(value, told.get(key), (*path, key))
        if isinstance(told, list) and told:
            yield from required(named.get("items", {}), told[0], (*path, 0))


def without(told: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(told)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed


def test_it_is_a_schema() -> None:
    VERDICT.check_schema(SCHEMA)


def test_it_has_the_keys_of_the_page_in_their_order() -> None:
    assert list(LINES) == list(SCHEMA["properties"])


@pytest.mark.parametrize(("key", "part"), [("root_causes", "root_cause"), ("failures", "failure")])
def test_it_has_the_keys_that_the_page_has_within(key: str, part: str) -> None:
    named = set(re.findall(r"`(\w+)`", LINES[key]))
    known = set(SCHEMA["$defs"][part]["properties"])
    assert known - named == set()
    assert set(SCHEMA["$defs"][part]["required"]) <= known


def test_it_has_the_keys_that_a_run_writes_in_their_order(told: dict[str, Any]) -> None:
    parts = {"root_cause": told["root_causes"], "failure": told["failures"], "sample": [told["sample"]]}
    parts |= {"node": told["nodes"], "check": told["checks"]}
    assert list(SCHEMA["properties"]) == list(told)
    for name, written in parts.items():
        assert {*SCHEMA["$defs"][name]["properties"]} == {*written[0]}


def test_a_verdict_passes(told: dict[str, Any]) -> None:
    assert len(told["root_causes"]) > 2
    VERDICT.validate(told)


def test_each_key_that_must_be_there_is_missed(told: dict[str, Any]) -> None:
    paths = set(required(SCHEMA, told))
    assert len(paths) > 30
    assert [path for path in sorted(paths, key=str) if VERDICT.is_valid(without(told, path))] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", 2),
        ("run", None),
        ("exit_code", "0"),
        ("problems", "a line"),
        ("seconds", "9"),
        ("sample", {}),
        ("passed", -1),
        ("root_causes", {}),
        ("failures", ["NOVA-3"]),
        ("blocked", []),
        ("skipped", {"a test": None}),
    ],
)
def test_what_is_of_another_kind_is_refused(told: dict[str, Any], key: str, value: object) -> None:
    assert not VERDICT.is_valid({**told, key: value})


def test_a_row_is_one_or_what_is_none(told: dict[str, Any]) -> None:
    for row, is_one in {**dict.fromkeys(NO_ROWS, True), "OVN-12": True, "nova": False, "": False}.items():
        told["root_causes"][0]["row"] = row
        assert VERDICT.is_valid(told) is is_one, row


def test_a_key_that_it_does_not_know_breaks_no_reader(told: dict[str, Any]) -> None:
    told["root_causes"][0]["owner"] = told["owner"] = "somebody"
    VERDICT.validate(told)
