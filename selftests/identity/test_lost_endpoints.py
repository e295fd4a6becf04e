import pytest
from keystoneauth1.access.service_catalog import ServiceCatalogV3

from fixtures.identity.lost_endpoints import LostEndpoints, lost_in
from selftests.tools.fake_keystone import endpoint

ALL = ("public", "internal", "admin")
CORE = ("identity", "compute", "image", "network", "placement", "volumev3", "object-store")


def region(name: str, *kinds: str, interfaces: tuple[str, ...] = ALL) -> dict[str, list[dict[str, str]]]:
    return {kind: [endpoint(f"http://{name}/{kind}/p1", each, name) for each in interfaces] for kind in kinds}


def catalogue(*parts: dict[str, list[dict[str, str]]]) -> ServiceCatalogV3:
    kinds = dict.fromkeys(kind for part in parts for kind in part)
    return ServiceCatalogV3(
        [{"type": kind, "name": kind, "endpoints": [e for part in parts for e in part.get(kind, [])]} for kind in kinds]
    )


def lost(*parts: dict[str, list[dict[str, str]]]) -> list[LostEndpoints]:
    return [*lost_in(catalogue(*parts), "RegionOne", "p1")]


@pytest.mark.parametrize(
    "parts",
    [
        [region("RegionOne", *CORE)],
        [region("RegionOne", *CORE, interfaces=("public", "internal"))],
        [region("RegionOne", *CORE, interfaces=("public",))],
        [region("RegionOne", *CORE), region("RegionTwo", *CORE)],
        [
            region("RegionOne", "identity", "compute", interfaces=ALL),
            region("RegionOne", "image", interfaces=("public",)),
        ],
        [region("RegionOne", *CORE[:6]), region("RegionOne", "object-store", "s3", interfaces=("public",))],
        [region("RegionOne", *CORE, interfaces=("public", "internal")), region("backup", "object-store")],
        [region("RegionOne", *CORE[:6]), region("RegionTwo", *CORE)],
        [region("RegionOne", *CORE), region("RegionOne", "volumev2", interfaces=("public",))],
        # DevStack's: https://opendev.org/openstack/devstack, lib/keystone
        [region("RegionOne", "identity", interfaces=("public", "admin")), region("RegionOne", "image", "compute")],
    ],
)
def test_healthy_clouds_have_lost_none(parts: list[dict[str, list[dict[str, str]]]]) -> None:
    assert lost(*parts) == []


def test_a_forgotten_internal_endpoint_is_told() -> None:
    others = [kind for kind in CORE if kind != "image"]
    [found] = lost(region("RegionOne", *others), region("RegionOne", "image", interfaces=("public", "admin")))
    assert str(found) == (
        "image has no internal endpoint in region RegionOne, where the other services have theirs, by which they find "
        "each other. Fix: openstack endpoint create --region RegionOne image internal "
        "'http://RegionOne/image/%(project_id)s'"
    )


@pytest.mark.parametrize("name", ["regionOne", "REGIONONE", "Region-One", "region_one"])
def test_another_spelling_of_the_region_is_told(name: str) -> None:
    [found] = lost(region("RegionOne", *CORE), region(name, "network", interfaces=("internal",)))
    assert f"endpoints of network are where nobody looks: internal http://{name}/network/p1 in region {name}" in str(
        found
    )
    assert f"openstack endpoint set --region RegionOne http://{name}/network/p1" in str(found)


def test_a_part_in_a_region_of_nobody_is_told() -> None:
    whole = region("RegionOne", *CORE[:6])
    found = lost(whole, region("RegionOne", "swift-like"), region("RegionOne", "object-store", interfaces=("public",)))
    assert found == []
    [told] = lost(
        whole,
        region("RegionOne", "object-store", interfaces=("public",)),
        region("RegionOen", "object-store", interfaces=("internal", "admin")),
    )
    assert [each.interface for each in told.astray] == ["internal", "admin"]


def test_a_region_of_the_same_spelling_with_compute_is_another_cloud() -> None:
    assert lost(region("RegionOne", *CORE), region("regionOne", *CORE)) == []
