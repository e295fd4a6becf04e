import openstack
import pytest
import requests
from keystoneauth1.exceptions import Unauthorized
from openstack.connection import Connection
from requests_mock import Mocker

from fixtures.catalogue import Endpoint, endpoints_of, http_status
from fixtures.cloud import is_operator

KEYSTONE = "http://controller:5000/v3"
NOVA = "http://controller:8774/v2.1"
VERSION = {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": KEYSTONE}]}}


def endpoint(url: str, interface: str = "public", region: str = "RegionOne") -> dict[str, str]:
    return {"id": url, "url": url, "interface": interface, "region": region, "region_id": region}


def token(*roles: str) -> dict[str, object]:
    domain = {"id": "default", "name": "Default"}
    return {
        "token": {
            "methods": ["password"],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "user": {"id": "u1", "name": "alice", "domain": domain},
            "project": {"id": "p1", "name": "demo", "domain": domain},
            "roles": [{"id": role, "name": role} for role in roles],
            "catalog": [
                {"type": "identity", "name": "keystone", "endpoints": [endpoint(KEYSTONE)]},
                {
                    "type": "compute",
                    "name": "nova",
                    "endpoints": [
                        endpoint(NOVA),
                        endpoint("http://10.0.0.11:8774/v2.1", "internal"),
                        endpoint("http://elsewhere:8774/v2.1", region="RegionTwo"),
                    ],
                },
            ],
        }
    }


@pytest.fixture
def cloud() -> Connection:
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_url=KEYSTONE,
        username="alice",
        password="s3cret",
        project_name="demo",
        user_domain_id="default",
        project_domain_id="default",
        region_name="RegionOne",
    )


def keystone(requests_mock: Mocker, *roles: str) -> None:
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(f"{KEYSTONE}/auth/tokens", json=token(*roles), headers={"X-Subject-Token": "t0ken"})


def test_who_has_the_role_admin_is_an_operator(requests_mock: Mocker, cloud: Connection) -> None:
    keystone(requests_mock, "admin", "member")
    assert is_operator(cloud)


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
    assert endpoints_of(cloud) == [Endpoint("identity", KEYSTONE), Endpoint("compute", NOVA)]


def test_any_status_is_an_answer(requests_mock: Mocker) -> None:
    requests_mock.get(NOVA, status_code=401)
    assert http_status(NOVA) == 401


def test_no_connection_is_none(requests_mock: Mocker) -> None:
    requests_mock.get(NOVA, exc=requests.ConnectionError)
    assert http_status(NOVA) == 0
