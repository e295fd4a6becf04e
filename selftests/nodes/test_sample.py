import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from testinfra.host import Host

from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.sample import Sample
from selftests import ROOT

pytest_plugins = ["pytester"]

COMPUTE = frozenset({"compute"})
NODES = (
    *(Node(f"compute{number}", COMPUTE, cast(Host, None)) for number in range(200)),
    Node("controller", frozenset({"controller", "network"}), cast(Host, None)),
)


def names(size: int, seed: str, *wanted: str, nodes: tuple[Node, ...] = NODES) -> list[str]:
    return [node.name for node in Nodes("", nodes, Sample(size, seed)).one_by_one(*wanted)]


def test_of_each_role_so_many_are_looked_at() -> None:
    assert len(names(5, "s", "compute")) == 5
    assert names(5, "s", "controller") == ["controller"]
    assert len(names(5, "s", "compute", "network")) == 6


def test_fewer_are_all_of_them() -> None:
    assert names(200, "s", "compute") == names(0, "", "compute") == [node.name for node in NODES[:-1]]
    assert Nodes("", NODES, Sample(200, "s")).chosen() == []


def test_the_same_seed_takes_the_same_in_whichever_order_they_are_given() -> None:
    assert sorted(names(5, "s", "compute", nodes=NODES[::-1])) == sorted(names(5, "s", "compute"))


def test_runs_differ_and_in_the_end_each_node_is_looked_at() -> None:
    seen = {name for run in range(400) for name in names(5, f"run {run}", "compute")}
    assert len(seen) == 200


def test_a_node_of_two_roles_is_taken_for_both_or_for_none() -> None:
    both = tuple(Node(f"n{number}", frozenset({"compute", "network"}), cast(Host, None)) for number in range(50))
    assert names(3, "s", "compute", nodes=both) == names(3, "s", "network", "compute", nodes=both)


def collected(tmp_path: Path, *options: str) -> list[str]:
    hosts = ",".join(f"compute{number}" for number in range(30))
    command = [sys.executable, "-m", "pytest", "--alluredir=", "-pno:cacheprovider", "--collect-only", *options]
    command += [f"--hosts=controller,{hosts}", "tests/compute/test_compute_nodes.py", "-klibvirt"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env).stdout.splitlines()


def test_the_choice_is_told_and_can_be_had_again(tmp_path: Path) -> None:
    first = collected(tmp_path, "--sample=2")
    [told] = [line for line in first if line.startswith("sample: ")]
    assert told.startswith("sample: 3 of 31 nodes, again with --sample=2 --sample-seed=")
    assert told in collected(tmp_path, *told.partition("again with ")[2].partition(": ")[0].split())
    chosen = set(told.rpartition(": ")[2].split(", ")) - {"controller"}
    tests = [line.partition("[")[2].rstrip("]>") for line in first if "<Function" in line]
    assert {name for test in tests for name in test.split("-")} & {f"compute{n}" for n in range(30)} == chosen


CONFTEST = """
pytest_plugins = [
    "fixtures.core.options",
    "fixtures.core.settings",
    "fixtures.core.workers",
    "fixtures.report.report_folder",
    "fixtures.verdict.requirements",
    "fixtures.verdict.resources",
    "fixtures.report.outcomes",
    "fixtures.session.termination",
    "fixtures.session.read_only",
    "fixtures.report.verdict_file",
    "fixtures.report.environment",
    "fixtures.preflight.show_nodes",
    "fixtures.nodes.nodes",
]
"""


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_every_worker_looks_at_the_same_and_the_report_tells(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\nmarkers =\n req(row): the row\n waits: blocked")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it_nodes="def test_it(compute_node): pass")
    hosts = ",".join(f"compute{number}" for number in range(30))
    done = pytester.runpytest_subprocess(f"--hosts={hosts}", "--sample=4", workers, "-v")
    done.assert_outcomes(passed=4)
    latest = pytester.path / "reports" / "latest"
    told: dict[str, Any] = json.loads((latest / "verdict.json").read_text())
    ran = {line.partition("[compute")[2].partition("]")[0] for line in done.outlines if "PASSED" in line}
    assert {f"compute{number}" for number in ran} == set(told["sample"]["nodes"])
    assert (told["sample"]["size"], told["sample"]["seed"]) == (4, told["run"])
    environment = (latest / "results" / "environment.properties").read_text()
    assert f"sample = --sample=4 --sample-seed={told['run']}: {', '.join(told['sample']['nodes'])}\n" in environment
