import pytest
import requests
from keystoneauth1.exceptions import Unauthorized
from openstack.connection import Connection
from requests_mock import Mocker

from fixtures.cloud.connection import in_project, is_operator
from fixtures.identity.anonymous import Anonymous
from fixtures.identity.endpoints import endpoints_of
from selftests.tools.fake_keystone import KEYSTONE, NOVA, VERSION, connected, endpoint, keystone, token


@pytest.fixture
def cloud() -> Connection:
    return connected()


@pytest.mark.parametrize("role", ["admin", "Admin"])
def test_who_has_the_role_admin_is_an_operator(requests_mock: Mocker, cloud: Connection, role: str) -> None:
    keystone(requests_mock, role, "member")
    assert is_operator(cloud)


def test_the_operator_enters_a_project_by_his_own_role(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member", "Admin")
    given = requests_mock.put(f"{KEYSTONE}/projects/p2/users/u1/roles/Admin", status_code=204)
    assert in_project(cloud, "p2").current_project_id
    assert given.called_once


def test_a_member_is_not(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    assert not is_operator(cloud)


def test_a_wrong_password_is_told(requests_mock: Mocker, cloud: Connection) -> None:
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(f"{KEYSTONE}/auth/tokens", status_code=401)
    with pytest.raises(Unauthorized):
        is_operator(cloud)


def test_only_public_endpoints_of_the_region_count(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "member")
    found = [(each.service, each.url, each.interface) for each in endpoints_of(cloud)]
    assert found == [("identity", KEYSTONE, "public"), ("compute", NOVA, "public")]


def test_what_speaks_no_http_is_no_endpoint_to_ask(requests_mock: Mocker, cloud: Connection) -> None:
    told = token("member")
    told["token"]["catalog"].append({"type": "messaging-websocket", "endpoints": [endpoint("wss://controller:9000")]})
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(f"{KEYSTONE}/auth/tokens", json=told, headers={"X-Subject-Token": "t0ken"})
    assert [each.service for each in endpoints_of(cloud)] == ["identity", "compute"]


def test_any_status_is_an_answer(requests_mock: Mocker) -> None:
    requests_mock.get(NOVA, status_code=401)
    assert Anonymous(True, 30).read(NOVA).status == 401


def test_no_connection_is_none(requests_mock: Mocker) -> None:
    requests_mock.get(NOVA, exc=requests.ConnectionError)
    assert Anonymous(True, 30).read(NOVA).status == 0
