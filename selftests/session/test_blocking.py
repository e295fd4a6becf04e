import json
from typing import Any

import pytest

from selftests import ROOT
from selftests.verdict.test_verdict import CONFTEST

pytest_plugins = ["pytester"]

CHECKS = """
import pytest

@pytest.fixture(params=["compute1", "compute2"])
def node(request): return request.param

@pytest.mark.req("NEU-6")
def test_runs(node):
    assert node != "compute1", f"{node}: the agent is dead. Fix: start it"

@pytest.mark.req("NEU-6")
def test_starts_at_boot(node): pass

@pytest.mark.waits
@pytest.mark.req("NEU-6")
def test_settles(node): pass

@pytest.mark.req("NOVA-6")
@pytest.mark.parametrize("service", ["libvirt", "nova-compute"])
def test_serves(node, service):
    assert (node, service) != ("compute2", "libvirt"), f"{node}: {service} is dead. Fix: start it"

@pytest.mark.waits
@pytest.mark.req("NOVA-6")
@pytest.mark.parametrize("service", ["libvirt", "nova-compute"])
def test_stays(node, service): pass

@pytest.mark.waits
@pytest.mark.req("CIN-2")
def test_reports(node): pass
"""


@pytest.mark.parametrize(
    ("options", "blocked"), [((), ["test_settles[compute1]", "test_stays[compute2-libvirt]"]), (("--keep-going",), [])]
)
def test_no_check_of_a_node_waits_where_another_of_its_row_has_failed_there(
    options: tuple[str, ...], blocked: list[str], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\nmarkers =\n req(row): the row\n waits: blocked")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it_nodes=CHECKS)
    pytester.runpytest_subprocess(*options)
    told: Any = json.loads((pytester.path / "reports" / "latest" / "verdict.json").read_text())
    assert [test.partition("::")[2] for test in told["blocked"]] == blocked
    assert [*told["blocked"].values()] == [
        f"blocked by {row}: its cause is told (--keep-going starts it all the same)"
        for row in ("NEU-6", "NOVA-6")[: len(blocked)]
    ]
