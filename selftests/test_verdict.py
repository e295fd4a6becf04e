import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.verdict import CLEAN_UP, Failure, Verdict

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
CONFTEST = """
pytest_plugins = ["fixtures.options", "fixtures.rows", "fixtures.order", "fixtures.ground", "fixtures.verdict"]

import pytest

from fixtures.verdict import CLEAN_UP, Failure, Verdict

@pytest.fixture(scope="session")
def image():
    assert False, "no image. Mend: look at Glance"
"""
NODES = """
import pytest

from fixtures.verdict import CLEAN_UP, Failure, Verdict

@pytest.mark.req("NOVA-6")
@pytest.mark.parametrize("node", ["compute1", "compute2"])
def test_runs(node):
    assert node == "compute1", f"{node}: nova-compute is dead. Mend: start it"
"""
WORKLOAD = """
import pytest

from fixtures.verdict import CLEAN_UP, Failure, Verdict

@pytest.mark.req("NOVA-14")
def test_server():
    pass

@pytest.mark.req("SWI-2")
def test_image(image, subtests):
    pass

@pytest.mark.req("SWI-1")
def test_container(subtests):
    with subtests.test("listed"):
        assert 0, "not listed. Mend: wait"
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\nmarkers = req(row): the row")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it_nodes=NODES, test_it_workload=WORKLOAD)
    return pytester


def _verdict(suite: pytest.Pytester) -> Any:
    return json.loads((suite.path / "reports" / "verdict.json").read_text())


def test_causes_come_first_and_what_stands_on_them_is_not_started(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess().stdout.str().partition("what is wrong")[2]
    verdict = _verdict(suite)
    assert [cause["row"] for cause in verdict["root_causes"]] == ["NOVA-6", "GLA-1", "SWI-1"]
    assert verdict["root_causes"][0]["messages"] == ["compute2: nova-compute is dead. Mend: start it"]
    assert verdict["root_causes"][1]["messages"] == ["no image. Mend: look at Glance"]
    assert verdict["root_causes"][2]["messages"] == ["not listed. Mend: wait"]
    assert list(verdict["blocked"].values()) == ["blocked by NOVA-6 (--keep-going starts it all the same)"]
    assert shown.index("compute2: nova-compute is dead") < shown.index("no image")
    assert "1 checks were not started" in shown


def test_keep_going_starts_all(suite: pytest.Pytester) -> None:
    suite.runpytest_subprocess("--keep-going")
    verdict = _verdict(suite)
    assert not verdict["blocked"]
    assert verdict["passed"] == 2


def test_a_healthy_cloud_has_no_causes(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess("-k", "test_server or compute1").stdout.str()
    assert _verdict(suite)["root_causes"] == []
    assert "what is wrong" not in shown


def test_a_clean_up_that_fails_of_what_was_told_is_no_cause_of_its_own() -> None:
    told = [Failure("CIN-4", "a test", "still in-use"), Failure(CLEAN_UP, "a test", "still in-use")]
    assert Verdict(failures=told).failed_keys() == ["CIN-4"]
    assert Verdict(failures=[*told, Failure(CLEAN_UP, "a test", "still there")]).failed_keys() == ["CIN-4", CLEAN_UP]
