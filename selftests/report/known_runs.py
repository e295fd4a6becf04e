"""Runs of which the test says what came of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from fixtures.report.history_record import PROGRAM, SCHEMA, Record, folded

NODES = {"controller": {"boot": "1", "configuration": "1"}, "compute1": {"boot": "2", "configuration": "2"}}


def check(name: str) -> str:
    return f"tests/compute/test_compute_nodes.py::{name}"


def known_run(
    day: int,
    *,
    passed: Iterable[str] = (),
    failed: Mapping[str, Iterable[str]] | None = None,
    followed: Mapping[str, Iterable[str]] | None = None,
    blocked: Iterable[str] = (),
    **others: Any,
) -> Record:
    """A run of that day in November; the names of checks are short."""
    kinds = [{row: folded(map(check, names)) for row, names in (kind or {}).items()} for kind in (failed, followed)]
    known = {
        "program": PROGRAM,
        "schema": SCHEMA,
        "run": f"{day:012x}",
        "began": f"2026-11-{day:02}T02:00:00Z",
        "exit_code": 1 if failed else 0,
        "seconds": 100.0,
        "suite": "1",
        "cloud": "c1",
        "selection": {},
        "nodes": NODES,
        "rows": {},
        "told": {},
        "passed": folded(map(check, passed)),
        "failed": kinds[0],
        "followed": kinds[1],
        "blocked": folded(map(check, blocked)),
        "durations": {},
    }
    return Record.model_validate(known | others)
