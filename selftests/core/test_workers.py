import subprocess
import sys

import pytest

from fixtures.core.workers import CLOUD, scope_of
from selftests import ROOT

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        ("tests/compute/test_compute_nodes.py::test_my_ip[compute1]", "compute1"),
        ("tests/compute/test_compute_nodes.py::test_runs[compute1-libvirt]", "compute1-libvirt"),
        ("tests/network/test_network_nodes.py::test_all", "tests/network/test_network_nodes.py"),
        ("tests/network/test_network_workload.py::test_ping", CLOUD),
        ("tests/network/test_network_api.py::test_agent[L3] (setup)", CLOUD),
    ],
)
def test_one_worker_has_the_cloud_to_itself(nodeid: str, scope: str) -> None:
    assert scope_of(nodeid) == scope


USING_THE_CLOUD = """
import sys
import pytest

class Seen:
    def pytest_collection_modifyitems(self, items):
        for item in items:
            if item.path.stem.endswith("_nodes") and "cloud" in item.fixturenames:
                print("USES", item.nodeid)

options = ["--collect-only", "-q", "--alluredir=", "-p", "no:cacheprovider", "--hosts=controller,compute1,block1"]
pytest.main(options, [Seen()])
"""


def test_checks_of_nodes_leave_what_is_made_once_to_the_worker_with_the_cloud() -> None:
    shown = subprocess.run([sys.executable, "-c", USING_THE_CLOUD], capture_output=True, text=True).stdout
    assert "tests/object/test_object_nodes.py" in shown
    assert [line for line in shown.splitlines() if line.startswith("USES")] == []


@pytest.mark.parametrize(("mark", "workers"), [("", 2), ('@pytest.mark.req("NOVA-14")', 1)])
def test_without_a_check_the_tests_are_given_out_as_dist_says(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mark: str, workers: int
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest('pytest_plugins = ["fixtures.core.workers"]')
    pytester.makeini("[pytest]\nmarkers = req(row)")
    pytester.makepyfile(f"import pytest\n{mark}\ndef test_it(worker_id): open(worker_id, 'w')")
    pytester.runpytest_subprocess("-n", "2", "--dist=each", "-p", "no:cacheprovider")
    assert len([*pytester.path.glob("gw*")]) == workers
