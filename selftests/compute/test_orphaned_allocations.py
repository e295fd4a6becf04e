from typing import Any

import pytest

from fixtures.compute import orphaned_allocations
from fixtures.compute.orphaned_allocations import MOST, OrphanedAllocation, in_order, look
from fixtures.nodes.nodes import Nodes
from selftests.compute.known_placement import Cloud, provider
from selftests.nodes.known_nodes import known_node

SERVER = {"VCPU": 1, "MEMORY_MB": 64}
FULL = {"MEMORY_MB": 2304}


def seen(cloud: Any) -> list[OrphanedAllocation]:
    return look(cloud, cloud.providers())


def test_servers_and_moves_are_no_orphans() -> None:
    cloud = Cloud(compute1={"s1": SERVER, "m1": SERVER}, compute2={"s2": SERVER})
    cloud.servers, cloud.migrations = {"s1": "a", "s2": "b"}, ["m1"]
    assert seen(cloud) == []
    assert (cloud.asked["servers"], cloud.asked["server"]) == (1, 0)


def test_what_is_neither_is_told_with_the_command() -> None:
    cloud = Cloud(compute1={"s1": SERVER, "gone": FULL})
    cloud.servers = {"s1": "a"}
    [orphan] = seen(cloud)
    assert str(orphan) == (
        "compute1: MEMORY_MB 2304 is allocated in Placement to gone, which is no server and no migration of Nova's, so "
        "that nobody gets it. Fix: openstack resource provider allocation delete gone (or, on the controller, "
        "nova-manage placement audit --verbose --resource_provider id-compute1, then with --delete)"
    )


def test_a_server_that_nova_does_not_list_and_does_know_is_none() -> None:
    cloud = Cloud(compute1={"s1": SERVER, "of-a-silent-cell": SERVER})
    cloud.unanswered = {"of-a-silent-cell"}
    cloud.servers = {"s1": "a"}
    assert seen(cloud) == []


def test_what_has_nothing_of_a_servers_is_of_somebody_else() -> None:
    assert seen(Cloud(compute1={"x": {"CUSTOM_LICENSE": 1}, "y": {"MEMORY_MB": 0}})) == []


def test_where_not_all_moves_are_listed_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphaned_allocations, "MIGRATIONS", 2)
    cloud = Cloud(compute1={"gone": SERVER})
    cloud.migrations = ["m1", "m2"]
    assert seen(cloud) == []


def test_full_hosts_and_given_nodes_are_looked_at_first() -> None:
    given = Nodes("given", (known_node("compute-7"),))
    there = [provider(f"compute-{number}.example") for number in range(200)]
    roomy = frozenset(str(each.id) for each in there if each.name != "compute-150.example")
    names = [str(each.name) for each in in_order(there, roomy, given)]
    assert names[:3] == ["compute-150.example", "compute-7.example", "compute-0.example"]
    assert len(names) > MOST


def test_many_servers_are_listed_and_not_asked_one_by_one() -> None:
    cloud = Cloud(**{f"compute{host}": {f"s{host}-{each}": SERVER for each in range(50)} for host in range(40)})
    cloud.servers = {consumer: "x" for there in cloud.allocations.values() for consumer in there}
    assert seen(cloud) == []
    assert sum(cloud.asked.values()) == 42


def test_lists_are_read_page_by_page() -> None:
    cloud = Cloud(
        compute1={f"s{number}": SERVER for number in range(7)} | {f"m{number}": SERVER for number in range(5)}
    )
    cloud.servers, cloud.page = {f"s{number}": "x" for number in range(7)}, 3
    cloud.migrations = [f"m{number}" for number in range(5)]
    assert seen(cloud) == []
    assert (cloud.asked["servers"], cloud.asked["migrations"]) == (3, 2)


def test_where_a_list_ends_early_the_others_are_asked_for_one_by_one() -> None:
    cloud = Cloud(compute1={f"s{number}": SERVER for number in range(7)})
    cloud.servers, cloud.page, cloud.deleted = {f"s{number}": "x" for number in range(7)}, 3, {"s2"}
    assert seen(cloud) == []
    assert cloud.asked["server"] == 4
