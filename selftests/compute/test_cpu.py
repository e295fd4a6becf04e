from typing import Any

import pytest

from fixtures.compute.cpu import cpu_in, why_no_other_can_follow

OLD: dict[str, Any] = {"arch": "x86_64", "vendor": "Intel", "model": "Haswell", "features": ["avx2", "pcid"]}
NEW: dict[str, Any] = {**OLD, "model": "Icelake-Server", "features": ["avx2", "avx512f", "pcid"]}
NEWER: dict[str, Any] = {**OLD, "features": ["avx2", "pcid", "md-clear"]}


@pytest.mark.parametrize(
    ("cpus", "may_go"),
    [
        ({"a": OLD, "b": OLD}, True),
        ({"a": OLD, "b": NEW}, False),
        ({"a": OLD, "b": NEW, "c": OLD}, True),
        ({"a": OLD, "b": NEWER}, True),
        ({"a": NEWER, "b": OLD}, False),
        ({"a": OLD}, True),
        ({}, True),
        ({"b": OLD, "c": NEW}, True),
    ],
)
def test_a_guest_may_go_where_all_is_that_it_has_seen(cpus: dict[str, dict[str, Any]], may_go: bool) -> None:
    why = why_no_other_can_follow("a", {host: cpu_in(info) for host, info in cpus.items()})
    assert bool(why) is not may_go
    assert may_go or "x86_64 Intel" in why


def test_a_hypervisor_that_tells_little_is_read() -> None:
    assert cpu_in({"model": None}).features == frozenset()
