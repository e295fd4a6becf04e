from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import HttpException

from fixtures.cloud.service_reports import ServiceReport
from fixtures.compute.roomy_providers import roots_with_room
from fixtures.compute.server_on_node import unless_unfit, zone_of
from fixtures.compute.unfit_host import why_no_guest, why_no_processor
from fixtures.core.waiting import WaitFailed
from selftests.compute.known_placement import INVENTORIES, NEEDS, Cloud
from selftests.nodes.known_nodes import known_node

FULL = {"s1": {"MEMORY_MB": 2304}}
NODE = known_node("compute1")
SETTINGS: Any = SimpleNamespace(flavor_ram=64)


def why(cloud: Any) -> str:
    return why_no_guest(cloud, NODE, NEEDS)


def aggregate(hosts: list[str], **metadata: str) -> Any:
    return SimpleNamespace(name="gpu", hosts=hosts, metadata={key.replace("__", ":"): v for key, v in metadata.items()})


def test_a_node_with_room_and_one_of_which_nobody_tells_have_no_excuse() -> None:
    assert why(Cloud(compute1={})) == ""
    assert why(Cloud(compute2=FULL)) == ""
    closed: Any = SimpleNamespace(placement=SimpleNamespace(resource_providers=_refused))
    assert why(closed) == ""


def _refused() -> None:
    raise HttpException("no")


def test_what_servers_have_makes_a_node_full() -> None:
    assert why(Cloud(compute1=FULL)).startswith("compute1 is full: MEMORY_MB: 64 needed, 0 left")


def test_what_was_never_offered_makes_none_full() -> None:
    cloud = Cloud(compute1=FULL)
    cloud.inventories = INVENTORIES | {"DISK_GB": {"total": 10, "reserved": 10}}
    assert why(cloud) == ""


def test_dedicated_processors_take_pinned_guests_alone() -> None:
    cloud = Cloud(compute1={})
    cloud.inventories = {"PCPU": {"total": 8}, "MEMORY_MB": INVENTORIES["MEMORY_MB"]}
    assert why(cloud).startswith("compute1 offers PCPU and no VCPU")


@pytest.mark.parametrize("inventory", [{"VCPU": 1, "PCPU": 8}, {"VCPU": 0}, {}])
def test_without_others_a_missing_processor_is_no_choice(inventory: dict[str, int]) -> None:
    assert why_no_processor("compute1", inventory) == ""


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (aggregate(["compute1"], trait__CUSTOM_GPU="required"), "trait:CUSTOM_GPU"),
        (aggregate(["compute1.domain"], filter_tenant_id_2="f00"), "filter_tenant_id_2"),
        (aggregate(["compute1"], availability_zone="az1"), ""),
        (aggregate(["compute2"], trait__CUSTOM_GPU="required"), ""),
    ],
)
def test_an_aggregate_may_keep_others_out(there: Any, told: str) -> None:
    cloud = Cloud(compute1={})
    cloud.aggregates = [there]
    assert why(cloud).endswith(f"({told})" if told else "")
    assert bool(why(cloud)) is bool(told)


@pytest.mark.parametrize(
    ("allocations", "reason", "ends_in"),
    [
        (FULL, "No valid host was found. ", pytest.skip.Exception),
        ({}, "No valid host was found. ", WaitFailed),
        (FULL, "Exceeded maximum number of retries.", WaitFailed),
    ],
)
def test_only_a_server_without_a_place_is_excused(allocations: Any, reason: str, ends_in: Any) -> None:
    cloud: Any = Cloud(compute1=allocations)
    with pytest.raises(ends_in), unless_unfit(cloud, NODE, SETTINGS):
        raise WaitFailed(reason)


def test_none_is_asked_for_on_a_node_that_is_put_aside() -> None:
    aside = ServiceReport("nova-compute", "compute1", "az1", "disabled", "up", 1, "new memory on Friday")
    with pytest.raises(pytest.skip.Exception, match="new memory on Friday"):
        zone_of(NODE, [aside])
    assert zone_of(NODE, [ServiceReport("nova-compute", "compute1", "az1", "disabled", "up", 1)]) == "az1:compute1"


@pytest.mark.parametrize("knows_trait", [True, False])
def test_a_disabled_node_has_no_room_where_placement_knows_of_that(knows_trait: bool) -> None:
    asked: list[dict[str, str]] = []

    def get(_path: str, params: dict[str, str], microversion: str) -> Any:
        asked.append(params)
        status = 200 if knows_trait or "required" not in params else 400
        body: dict[str, Any] = {"allocation_requests": [], "provider_summaries": {}}
        return SimpleNamespace(status_code=status, headers={}, json=lambda: body)

    operator: Any = SimpleNamespace(placement=SimpleNamespace(get=get))
    assert roots_with_room(operator, {"VCPU": 1}) == frozenset()
    assert asked[0] == {"resources": "VCPU:1", "required": "!COMPUTE_STATUS_DISABLED"}
    assert asked[1:] == ([] if knows_trait else [{"resources": "VCPU:1"}])
