from typing import Any

import pytest

from fixtures.compute.host_room import shortage, shortages
from fixtures.compute.roomy_providers import roots_in
from selftests.compute.known_placement import NEEDS, Cloud

FULL = {"gone": {"MEMORY_MB": 2304}}


def short(cloud: Any) -> list[str]:
    return [str(each) for each in shortages(cloud, "id-compute1", NEEDS)]


def test_a_host_with_room_is_short_of_nothing() -> None:
    assert short(Cloud(compute1={"s1": {"VCPU": 1, "MEMORY_MB": 2200}})) == []


def test_a_full_one_is_told_in_figures() -> None:
    assert short(Cloud(compute1=FULL)) == [
        "MEMORY_MB: 64 needed, 0 left (total 2048 less 512 reserved, times allocation_ratio 1.5, is 2304; 2304 used; "
        "2048 at most for one)"
    ]


def test_what_others_offer_to_the_host_is_not_its_own() -> None:
    cloud = Cloud(compute1=FULL)
    cloud.inventories = {name: each for name, each in cloud.inventories.items() if name != "DISK_GB"}
    [told] = short(cloud)
    assert told.startswith("MEMORY_MB: ")


@pytest.mark.parametrize(
    ("inventory", "used", "is_short"),
    [
        ({"total": 10, "reserved": 10}, 0, True),
        ({"total": 10, "reserved": 9}, 0, False),
        ({"total": 10, "allocation_ratio": 0.1}, 0, False),
        ({"total": 10, "allocation_ratio": 0.05}, 0, True),
        ({"total": 10, "max_unit": 0}, 0, True),
        ({"total": 10}, 10, True),
    ],
)
def test_the_capacity_is_placements(inventory: dict[str, Any], used: int, is_short: bool) -> None:
    assert shortage("DISK_GB", 1, inventory, used).is_short is is_short


# Source: Placement, api-ref/source/samples/allocation_candidates/get-allocation_candidates-1.29.json, shortened
CANDIDATES = {
    "allocation_requests": [
        {"allocations": {"a": {"resources": {"VCPU": 1}}, "a-disk": {"resources": {"DISK_GB": 1}}}},
        {"allocations": {"b-numa": {"resources": {"VCPU": 1}}}},
    ],
    "provider_summaries": {
        "a": {"root_provider_uuid": "a"},
        "a-disk": {"root_provider_uuid": "a-disk"},
        "b-numa": {"root_provider_uuid": "b"},
        "b": {"root_provider_uuid": "b"},
        "c": {"root_provider_uuid": "c"},
    },
}


def test_the_roots_of_what_may_be_allocated_have_room() -> None:
    assert roots_in(CANDIDATES) == {"a", "a-disk", "b"}
    assert roots_in({"allocation_requests": [], "provider_summaries": {}}) == frozenset()
