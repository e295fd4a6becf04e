from types import SimpleNamespace
from typing import Any

import pytest
import requests_mock as mocker
from keystoneauth1.access.service_catalog import ServiceCatalogV3
from openstack.identity.v3.service import Service

from fixtures.core.proven import Shown
from fixtures.identity import unlisted_services
from fixtures.identity.api_units import API_UNITS, units_in
from fixtures.identity.missing_service import MissingService
from fixtures.identity.unlisted_services import has_user, known_of, other_units, registered, require, strays, used_on
from fixtures.nodes.node import Node
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import KnownFacts, with_facts
from selftests.tools import fake_keystone
from selftests.tools.fake_keystone import endpoint

RUNS = "cinder-volume.service is in use on block1"


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
    return [str(each.region_name) for each in strays(found, kind, region)]


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


def test_what_is_nowhere_is_not_a_stray() -> None:
    assert places(catalogue(compute=COMPUTE)) == []


def missing(**known: Any) -> MissingService:
    return MissingService("block-storage", "RegionOne", "controller", **known)


def test_a_mistyped_region_is_corrected_endpoint_by_endpoint() -> None:
    [there] = strays(catalogue(compute=COMPUTE, volumev3={"public": "regionOne"}), "block-storage", "RegionOne")
    assert str(missing(strays=[there], units=[RUNS])) == (
        "the catalogue shows no block-storage in region RegionOne, so nobody finds it, but it is there: its public "
        f"endpoint http://regionOne:1 is in region regionOne; {RUNS}. Fix: openstack "
        "endpoint set --region RegionOne http://regionOne:1; if OS_REGION_NAME (or region_name in clouds.yaml) is "
        "wrong, correct that"
    )


def test_what_was_never_registered_is_made() -> None:
    told = str(missing(units=[RUNS]))
    assert told.endswith(
        "Fix: openstack service create --name cinderv3 volumev3; openstack endpoint create --region RegionOne volumev3 "
        "public 'http://controller:8776/v3/%(project_id)s', and the same for internal and admin"
    )


def test_what_was_disabled_is_enabled() -> None:
    services = [Service(id="s1", type="volumev3", is_enabled=False)]
    told = str(missing(units=[RUNS], registered=services))
    assert "openstack service list has a block-storage that is disabled" in told
    assert told.endswith("Fix: openstack service set --enable s1")
    told = str(missing(registered=[Service(id="s1", type="volumev3", is_enabled=True)]))
    assert "without an endpoint that is enabled. Fix: openstack endpoint list --service volumev3; " in told


@pytest.mark.parametrize(
    ("known", "is_there"),
    [
        ({"units": [RUNS], "elsewhere": ["RegionTwo"]}, True),
        ({"registered": [Service(type="volumev3", is_enabled=True)]}, True),
        ({"registered": [Service(type="volumev3", is_enabled=False)]}, False),
        ({}, False),
    ],
)
def test_a_service_that_was_disabled_and_runs_nowhere_is_not_there(known: dict[str, Any], is_there: bool) -> None:
    assert missing(**known).is_there is is_there


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


# Source: the packages heat-api (Debian) and openstack-barbican-api (RDO), and a container's unit of kolla's
LISTED = """\
  heat-api.service                       loaded active running Heat API
  heat-api-cfn.service                   loaded active running Heat CloudFormation API
  openstack-barbican-api.service         loaded active running Barbican
● kolla-octavia_api-container.service    loaded active running docker octavia_api container
kolla-magnum_api-container.service       loaded active running docker magnum_api container
nova-api.service                         loaded active running Nova API
strange-api.service                      loaded active running of nobody
"""


def test_apis_of_whichever_project_are_known_by_their_units() -> None:
    assert units_in(LISTED) == {
        "orchestration": "heat-api.service",
        "key-manager": "openstack-barbican-api.service",
        "container-infrastructure-management": "kolla-magnum_api-container.service",
        "compute": "nova-api.service",
    }


@pytest.mark.parametrize("users", [["heat", "nova"], ["nova"]])
def test_another_service_counts_where_it_has_a_user_too(users: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlisted_services, "access", lambda _: SimpleNamespace(service_catalog=catalogue()))
    monkeypatch.setattr(unlisted_services, "has_user", lambda _, name: name in users)
    node = with_facts("controller", {API_UNITS.name: units_in(LISTED)})
    expected = {"orchestration": ["heat-api.service runs on controller"]} if "heat" in users else {}
    assert other_units(cloud(True), [node]) == expected


def cloud(has: bool) -> Any:
    return SimpleNamespace(has_service=lambda _: has)


def test_a_cloud_without_the_service_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="no block storage in the catalogue"):
        require(cloud(False), "block-storage", "block storage", {})
    require(cloud(True), "block-storage", "block storage", {})


def test_one_that_has_it_fails_with_the_command() -> None:
    with pytest.raises(Shown, match=r"but it is there: cinder-volume.service is in use on block1\. Fix: "):
        require(cloud(False), "block-storage", "block storage", {"block-storage": str(missing(units=[RUNS]))})


def test_what_keystone_lists_beside_its_catalogue_is_found(requests_mock: mocker.Mocker) -> None:
    keystone = fake_keystone.KEYSTONE
    fake_keystone.keystone(requests_mock, "admin")
    services = [
        {"id": "s1", "type": "volumev3", "name": "cinderv3", "enabled": False},
        {"id": "s2", "type": "of-our-own", "name": "x", "enabled": True},
    ]
    requests_mock.get(f"{keystone}/services", json={"services": services})
    requests_mock.get(f"{keystone}/users?name=heat", json={"users": [{"id": "u1", "name": "heat"}]})
    requests_mock.get(f"{keystone}/users?name=zun", json={"users": []})
    there = fake_keystone.connected()
    assert [has_user(there, name) for name in ("heat", "zun")] == [True, False]
    found = known_of(there, "block-storage", [RUNS], registered(there))
    assert (found.region, found.host) == ("RegionOne", "controller")
    assert str(found).endswith("Fix: openstack service set --enable s1")


def test_who_is_no_operator_knows_the_catalogue_alone(requests_mock: mocker.Mocker) -> None:
    fake_keystone.keystone(requests_mock, "member")
    assert not has_user(fake_keystone.connected(), "heat")
    assert registered(fake_keystone.connected()) == []
