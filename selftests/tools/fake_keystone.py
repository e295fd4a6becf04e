"""A Keystone that answers from memory, and a connection to it."""

from typing import Any

import openstack
from openstack.connection import Connection
from requests_mock import Mocker

KEYSTONE = "http://controller:5000/v3"
NOVA = "http://controller:8774/v2.1"
VERSION = {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": KEYSTONE}]}}


def endpoint(url: str, interface: str = "public", region: str = "RegionOne") -> dict[str, str]:
    return {"id": url, "url": url, "interface": interface, "region": region, "region_id": region}


def token(*roles: str) -> dict[str, Any]:
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


def connected() -> Connection:
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
