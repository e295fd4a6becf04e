from types import SimpleNamespace
from typing import Any

import pytest
from keystoneauth1.access.service_catalog import ServiceCatalogV3

from fixtures.identity.unlisted_services import elsewhere, registered, require, unfound, used_on
from fixtures.nodes.nodes import Node
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import KnownFacts
from selftests.tools.fake_keystone import endpoint


# As Keystone gives it. Source: https://docs.openstack.org/api-ref/identity/v3, "Get service catalog"; the types are
# those of packstack (volumev3) and of DevStack (block-storage)
def catalogue(**regions: dict[str, str]) -> ServiceCatalogV3:
    """By a type, the region of its public endpoint, or of one for each interface."""
    return ServiceCatalogV3(
        [
            {
                "type": kind.replace("_", "-"),
                "name": kind,
                "endpoints": [endpoint(f"http://{region}:1", interface, region) for interface, region in each.items()],
            }
            for kind, each in regions.items()
        ]
    )


COMPUTE = {"public": "RegionOne"}


def places(found: ServiceCatalogV3, kind: str = "block-storage", region: str = "RegionOne") -> list[str]:
    return [line.rpartition(" ")[2] for line in elsewhere(found, kind, region)]


@pytest.mark.parametrize("kind", ["volumev3", "block_storage", "volumev2"])
def test_an_endpoint_in_a_mistyped_region_is_seen(kind: str) -> None:
    found = catalogue(compute=COMPUTE, **{kind: {"public": "RegionOn", "internal": "RegionOn"}})
    assert places(found) == ["RegionOn", "RegionOn"]


def test_one_of_the_region_that_is_only_internal_is_seen() -> None:
    assert places(catalogue(compute=COMPUTE, volumev3={"internal": "RegionOne"})) == ["RegionOne"]


def test_one_of_another_clouds_region_is_none_of_this_cloud() -> None:
    """Regions share Keystone, and each has its own compute; this one needs no Swift."""
    both = {"public": "RegionOne", "internal": "RegionTwo"}
    found = catalogue(compute=both, object_store={"public": "RegionTwo"})
    assert places(found, "object-store") == []
    assert places(found, "object-store", "RegionTwo") == ["RegionTwo"]


def test_what_is_nowhere_is_not_elsewhere() -> None:
    assert places(catalogue(compute=COMPUTE)) == []


@pytest.mark.parametrize(
    ("endpoints", "listed", "is_told"),
    [({}, "volumev3", True), ({}, "orchestration", False), ({"public": "RegionTwo"}, "volumev3", False)],
)
def test_a_registered_service_without_an_endpoint_is_told(
    endpoints: dict[str, str], listed: str, is_told: bool
) -> None:
    there = ServiceCatalogV3([{"type": listed, "endpoints": []}])
    assert bool([*registered(catalogue(volumev3=endpoints), "block-storage", there)]) is is_told


def controller(**states: str) -> Node:
    """Of Debian's, by a part of a unit's name its states: ActiveState and what starts it."""
    node = Node("controller", frozenset(), None)
    started = {
        name: {"Id": name, "LoadState": "not-found"} for names in UNIT_NAMES["debian"].values() for name in names
    }
    for part, state in states.items():
        name = f"{part.replace('_', '-')}.service"
        active, _, starter = state.partition(" ")
        started[name] = {"Id": name, "LoadState": "loaded", "ActiveState": active, "StartedBy": starter}
    known: dict[str, Any] = {"started": started, "unit-files": UNIT_NAMES["debian"]}
    vars(node)["facts"] = KnownFacts(None, known)
    return node


@pytest.mark.parametrize(
    ("states", "units"),
    [
        ({"cinder_api": "active"}, ["cinder-api.service is in use on controller"]),
        (
            {"cinder_scheduler": "inactive cinder-scheduler.service"},
            ["cinder-scheduler.service is in use on controller"],
        ),
        ({"cinder_volume": "inactive"}, []),
        ({}, []),
    ],
)
def test_a_unit_in_use_tells_that_the_service_is_there(states: dict[str, str], units: list[str]) -> None:
    assert used_on(controller(**states), "block-storage") == units


def cloud(has: bool) -> Any:
    return SimpleNamespace(has_service=lambda _: has, config=SimpleNamespace(region_name="RegionOne"))


def test_a_cloud_without_the_service_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="no block storage in the catalogue"):
        require(cloud(False), "block-storage", "block storage", {})
    require(cloud(True), "block-storage", "block storage", {})


def test_one_that_has_it_fails_with_the_command() -> None:
    proof = {"block-storage": "cinder-api.service is in use on controller"}
    with pytest.raises(AssertionError, match=r"but it is there: cinder-api.service is in use on controller\. Fix: "):
        require(cloud(False), "block-storage", "block storage", proof)
    assert "openstack endpoint set --region RegionOne ENDPOINT-ID" in unfound("image", "x", "RegionOne")
