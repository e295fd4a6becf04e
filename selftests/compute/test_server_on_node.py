import json
from typing import Any, cast

import pytest
from openstack.connection import Connection

from fixtures.cloud.quota_usage import Quota
from fixtures.cloud.quotas import SERVERS
from fixtures.compute import server_on_node
from fixtures.compute.server_on_node import room_for
from selftests import ROOT
from selftests.compute.many_hosts import HOSTS, recipe

pytest_plugins = ["pytester"]

CONFTEST = """
pytest_plugins = [
    "fixtures.session.background",
    "fixtures.core.options",
    "fixtures.core.settings",
    "fixtures.verdict.requirements",
    "fixtures.verdict.resources",
    "fixtures.report.outcomes",
    "fixtures.session.blocking",
    "fixtures.session.termination",
    "fixtures.nodes.nodes",
    "fixtures.compute.server_on_node",
    "selftests.compute.many_hosts",
]
"""
TESTS = """
import pytest

@pytest.mark.req("NOVA-14")
def test_server(compute_node, server_on_node):
    assert compute_node.is_called(server_on_node.hypervisor_hostname)
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What came of the tests, and what the cloud was asked for."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\nmarkers =\n req(row): the row\n waits: blocked")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it_workload=TESTS)

    def ran(*options: str, **broken: str) -> tuple[dict[str, int], dict[str, Any]]:
        monkeypatch.setenv("BROKEN", json.dumps(broken))
        done = pytester.runpytest_subprocess("-q", "-p", "no:warnings", *options)
        return done.parseoutcomes(), json.loads((pytester.path / "asked.json").read_text())

    return ran


def test_200_hosts_boot_side_by_side_within_what_was_asked_for(run: Any) -> None:
    outcomes, asked = run("--at-once=8", together="8")
    assert outcomes == {"passed": HOSTS}
    assert asked["most"] == 8
    assert asked["there"] == 0
    assert asked["calls"]["create_server"] == HOSTS - 1  # one host has the guest
    assert asked["calls"]["get /os-services"] == 1
    assert asked["calls"]["get_limits"] == 1
    assert sum(asked["calls"].values()) <= 12 * HOSTS


def test_a_quota_without_room_has_them_boot_one_after_the_other(run: Any) -> None:
    outcomes, asked = run("--at-once=8", "-k", "compute-1", instances=str(SERVERS + 1))
    assert outcomes["passed"] > 20
    assert asked["most"] == 1


def test_hosts_that_cannot_hurt_no_others(run: Any) -> None:
    outcomes, asked = run("-k", "compute-10", "--maxfail-alike=0", **{"compute-101": "ERROR", "compute-105": "ERROR"})
    assert (outcomes["errors"], outcomes["passed"]) == (2, 9)
    assert asked["there"] == 0


def test_where_none_can_the_rest_is_not_tried(run: Any) -> None:
    outcomes, asked = run("--at-once=4", "--maxfail-alike=5", **{f"compute-{n}": "ERROR" for n in range(1, HOSTS)})
    assert outcomes == {"passed": 1, "errors": 5, "skipped": HOSTS - 6}
    assert asked["calls"]["create_server"] <= 5 + 4
    assert asked["there"] == 0


@pytest.mark.parametrize(
    ("quotas", "room"),
    [
        ({}, 200),
        ({"instances": Quota(-1, 0), "cores": Quota(-1, 0), "ram": Quota(-1, 0)}, 200),
        ({"instances": Quota(SERVERS + 7, 3), "cores": Quota(100, 3)}, 7),
        ({"instances": Quota(SERVERS + 7, 3), "ram": Quota(64 * (SERVERS + 2), 0)}, 2),
        ({"instances": Quota(10, 3)}, 1),
    ],
)
def test_room_is_what_the_tightest_quota_leaves(
    quotas: dict[str, Quota], room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_on_node, "quotas_of", lambda *_: quotas)
    assert room_for(recipe(), cast(Connection, None)) == room
