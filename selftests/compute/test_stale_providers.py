from typing import Any

import pytest

from fixtures.compute.stale_providers import StaleProvider, of_no_host, stale
from selftests.compute.known_placement import Cloud, hypervisor, provider


def test_a_provider_of_no_host_is_found() -> None:
    providers = [provider("compute1.example"), provider("node7"), provider("gpu", parent="id-node7")]
    assert of_no_host(providers, [hypervisor("compute1")], []) == [StaleProvider("node7", "id-node7")]


@pytest.mark.parametrize(
    ("hypervisors", "hosts"),
    [
        ([hypervisor("compute1.example", id="id-node7")], []),
        ([hypervisor("node7.example")], []),
        ([], ["node7"]),
    ],
)
def test_one_that_nova_knows_in_any_way_is_none(hypervisors: list[Any], hosts: list[str]) -> None:
    """By its ID, by its name, or as a host that is mapped to no cell."""
    assert of_no_host([provider("node7")], hypervisors, hosts) == []


def cloud(**allocations: dict[str, dict[str, int]]) -> Any:
    made = Cloud(**allocations)
    made.hosts, made.hypervisors = ["compute1"], [hypervisor("compute1")]
    return made


def test_a_host_that_is_no_more_is_told() -> None:
    assert stale(cloud(compute1={}, node7={"s1": {"VCPU": 1}})) == [StaleProvider("node7", "id-node7")]


def test_shared_storage_is_no_host() -> None:
    there = cloud(compute1={}, ceph={})
    there.inventories = {"DISK_GB": {"total": 100}}
    assert stale(there) == []


def test_a_cell_that_does_not_answer_has_its_hosts_still() -> None:
    there = cloud(compute1={}, node7={"s1": {"VCPU": 1}})
    there.unanswered = {"s1"}
    assert stale(there) == []
