import pytest

from fixtures.workers import CLOUD, scope_of


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
