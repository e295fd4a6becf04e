from pathlib import Path
from typing import Any

import pytest

from fixtures.nodes.forgotten_units import SERVICES, running_on
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import known_node
from selftests.nodes.test_process_args import program

pytest_plugins = ["pytester"]

NODES = """
import dataclasses

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from selftests.nodes.known_nodes import known_node

pytest_plugins = ["fixtures.nodes.forgotten_units"]


@pytest.fixture(scope="session")
def node():
    node = dataclasses.replace(known := known_node("controller", running={running}), host=checked(testinfra.get_host("local://")))
    vars(node)["facts"] = known.facts
    for unit in {forgotten}:
        node.facts.parsed["started"][unit]["StartedBy"] = ""
    return node
"""
TEST = """
def test_units(forgotten_units):
    assert [(unit.name, unit.starts_at_boot) for unit in forgotten_units] == {expected}
"""


@pytest.fixture
def outcome(pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What becomes of a check on a node where these run, and these of them are disabled, as a real systemctl shows."""

    def of(running: list[str], forgotten: list[str], expected: list[tuple[str, bool]]) -> Any:
        lines = "Id=%s\\nLoadState=loaded\\nUnitFileState=disabled\\nActiveState=active\\nSubState=running\\n"
        program(tmp_path, "systemctl", f"""while [ "$1" != -- ]; do shift; done; shift; printf '{lines}' "$1"\n""")
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        pytester.makeconftest(NODES.format(running=running, forgotten=forgotten))
        pytester.makepyfile(TEST.format(expected=expected))
        return pytester.runpytest_inprocess("-rs", "-p", "no:cacheprovider")

    return of


def test_what_is_disabled_and_runs_is_found(outcome: Any) -> None:
    expected = [("mariadb.service", False)]
    outcome(["mariadb", "rabbitmq"], ["mariadb.service"], expected).assert_outcomes(passed=1)


def test_where_all_are_enabled_there_is_none(outcome: Any) -> None:
    outcome(["mariadb", "rabbitmq"], [], []).assert_outcomes(passed=1)


def test_a_node_without_any_of_them_is_skipped(outcome: Any) -> None:
    outcome(["nova-compute"], [], []).assert_outcomes(skipped=1)


def test_a_unit_with_two_names_is_one() -> None:
    node = known_node("controller", running=["mariadb"])
    node.facts.parsed["started"]["mysql.service"] = node.facts.parsed["started"]["mariadb.service"]
    assert list(running_on(node)) == ["mariadb.service"]


def test_what_does_not_run_is_not_asked_for() -> None:
    assert running_on(known_node("controller", dormant=["memcached"], stopped=["mariadb"])) == {}


@pytest.mark.parametrize("distribution", UNIT_NAMES)
def test_every_distribution_names_them(distribution: str) -> None:
    assert set(SERVICES) <= set(UNIT_NAMES[distribution])


def test_a_container_that_a_unit_starts_is_the_units() -> None:
    node = known_node("controller", "kolla", running=["mariadb"])
    told = {
        "ContainerName": "mariadb",
        "ContainerEngine": "podman",
        "Container": '{"status": "running", "policy": "no"}',
    }
    started = node.facts.parsed["started"]
    started["kolla-mariadb-container.service"] |= told
    alone = {"Id": "mariadb.container", "LoadState": "loaded", "ActiveState": "active", "StartedBy": "", **told}
    started["mariadb.container"] = alone
    assert [*running_on(node)] == ["kolla-mariadb-container.service"]
    started["kolla-mariadb-container.service"] = {"Id": "kolla-mariadb-container.service", "LoadState": "not-found"}
    assert [*running_on(node)] == ["mariadb.container"]
