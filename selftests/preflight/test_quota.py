from types import SimpleNamespace
from typing import Any

import pytest
from openstack.connection import Connection
from requests_mock import Mocker

from fixtures.cloud.connection import GIVEN
from fixtures.core.settings import SETTINGS
from fixtures.preflight.quota import quota_problems, wanted
from selftests.tools.fake_keystone import NOVA, connected, keystone

LIMITS = {
    "maxTotalInstances": 10,
    "totalInstancesUsed": 9,
    "maxTotalCores": -1,
    "totalCoresUsed": 9,
    "maxTotalRAMSize": 1000,
    "totalRAMUsed": 900,
}


@pytest.fixture
def cloud() -> Connection:
    return connected()


def problems(cloud: Connection, *needed: str) -> list[str]:
    config: Any = SimpleNamespace(stash={GIVEN: cloud, SETTINGS: SimpleNamespace(flavor_ram=64)})
    return quota_problems(config, needed)


def nova(requests_mock: Mocker) -> None:
    requests_mock.get(NOVA, json={"version": {"id": "v2.1", "status": "CURRENT", "links": []}})
    requests_mock.get(f"{NOVA}/limits", json={"limits": {"absolute": LIMITS, "rate": []}})


def test_each_quota_that_is_too_small_is_told(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    nova(requests_mock)
    assert problems(cloud, "requested_server", "other_requested_server") == [
        "quota of project demo: instances: 9 of 10 used, the run needs 2. "
        "Fix: delete what nobody needs; or, as an operator, openstack quota set --instances 11 demo",
        "quota of project demo: ram: 900 of 1000 used, the run needs 128. "
        "Fix: delete what nobody needs; or, as an operator, openstack quota set --ram 1028 demo",
    ]


def test_what_fits_is_no_problem(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    nova(requests_mock)
    assert problems(cloud, "requested_server") == []


def test_an_operator_is_not_limited(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "admin")
    assert problems(cloud, "requested_server", "network") == []


def test_a_service_that_does_not_answer_is_for_its_checks(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    requests_mock.get(NOVA, status_code=503)
    requests_mock.get(f"{NOVA}/limits", status_code=503)
    assert problems(cloud, "requested_server", "volume") == []


def test_nothing_is_asked_where_nothing_is_made(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    problems(cloud, "given_cloud", "floating_ip_of_nobody")
    assert not [each for each in requests_mock.request_history if "limits" in each.url]


@pytest.mark.parametrize(
    ("needed", "wants"),
    [
        ([], {}),
        (["volume", "spare_volume"], {"volumes": 2, "gigabytes": 2}),
        (["requested_server"], {"instances": 1, "cores": 1, "ram": 192}),
        (["floating_ip", "router"], {"floating-ips": 1, "routers": 1}),
    ],
)
def test_what_is_wanted_comes_from_the_fixtures(needed: list[str], wants: dict[str, int]) -> None:
    assert wanted(needed, 192) == wants
