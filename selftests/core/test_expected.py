"""What a cloud's file expects fails where it is missing; each check says so."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.cloud.agents import Agents
from fixtures.cloud.service_reports import ServiceReport
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import NODES, Nodes
from fixtures.nodes.restarting import Restarting
from selftests import ROOT
from selftests.test_command_line import run

compute = import_module("tests.compute.test_expected_compute_api").test_expected_compute_services_are_up
block = import_module("tests.block.test_expected_block_api").test_expected_volume_services_are_up
network = import_module("tests.network.test_expected_network_api").test_expected_agents_are_alive_and_up
nodes_there = import_module("tests.compute.test_expected_compute_nodes").test_as_many_nodes_as_expected_have_each_role


class Subtests:
    """Each is only one more step."""

    def test(self, _: str) -> Any:
        return pytest.MonkeyPatch.context()


def report(binary: str, host: str, state: str = "up") -> ServiceReport:
    return ServiceReport(binary, host, "nova", "enabled", state, 3)


def test_a_compute_service_too_few_is_a_failure() -> None:
    listed = [report("nova-compute", "a"), report("nova-compute", "b", "down"), report("nova-scheduler", "a")]
    compute({"nova-compute": 1, "nova-scheduler": 1}, listed, Restarting(), Subtests())
    with pytest.raises(AssertionError, match=r"up on a: 1, expected 2 by .* nova-compute on b: enabled, down, .*Fix: "):
        compute({"nova-compute": 2}, listed, Restarting(), Subtests())


def test_each_backend_counts() -> None:
    listed = [report("cinder-volume", "b@lvm"), report("cinder-volume", "b@ceph")]
    block({"cinder-volume": 2}, listed, Restarting(), Subtests())
    with pytest.raises(AssertionError, match=r"up on no host: 0, expected 1 .* Cinder lists none at all. Fix: "):
        block({"cinder-backup": 1}, listed, Restarting(), Subtests())


def test_an_agent_that_is_not_alive_does_not_count() -> None:
    rows = [("a", True), ("b", False)]
    listed: Any = [
        SimpleNamespace(
            binary="neutron-l3-agent", host=host, is_alive=alive, is_admin_state_up=True, last_heartbeat_at=""
        )
        for host, alive in rows
    ]
    network({"neutron-l3-agent": 1}, Agents(listed), Restarting(), Subtests())
    with pytest.raises(AssertionError, match=r"up on a: 1, expected 2 .* neutron-l3-agent on b: up, not alive"):
        network({"neutron-l3-agent": 2}, Agents(listed), Restarting(), Subtests())


def test_a_node_that_has_lost_its_role_is_missing() -> None:
    there: Any = [Node("a", frozenset({"compute"}), None), Node("b", frozenset(), None)]
    config: Any = SimpleNamespace(stash=pytest.Stash())
    config.stash[NODES] = Nodes("a,b", tuple(there[:1]), left_out=tuple(there[1:]))
    nodes_there({"compute": 1}, config, Subtests())
    with pytest.raises(
        AssertionError, match=r"a of --hosts=a,b has the role compute: 1, expected 2 .*; b without a role"
    ):
        nodes_there({"compute": 2}, config, Subtests())


def test_without_a_file_such_checks_are_skipped(tmp_path: Path) -> None:
    done = run(str(ROOT / "tests/compute/test_expected_compute_nodes.py"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "no --cloud-file expects nodes" in done.stdout


def test_with_a_file_that_expects_one_it_fails(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text("expected.nodes = {compute = 1}")
    done = run(str(ROOT / "tests/compute/test_expected_compute_nodes.py"), "--cloud-file=cloud.toml", cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "none of --hosts=(none) has the role compute: 0, expected 1 by [expected.nodes]" in done.stdout
