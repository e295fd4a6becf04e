"""What APIs say at their roots, shortened. Source: api-ref of each service, "List API versions"."""

import json
from typing import Any


def link(href: str) -> list[dict[str, str]]:
    return [{"rel": "self", "href": href}]


def media(name: str) -> list[dict[str, str]]:
    return [{"base": "application/json", "type": f"application/vnd.openstack.{name}"}]


UPDATED = "2013-07-23T11:33:21Z"
TOLD: dict[str, Any] = {
    "identity": {
        "versions": {"values": [{"id": "v3.14", "status": "stable", "media-types": media("identity-v3+json")}]}
    },
    "compute": {
        "versions": [
            {"id": "v2.0", "status": "SUPPORTED", "version": "", "min_version": "", "updated": UPDATED},
            {"id": "v2.1", "status": "CURRENT", "version": "2.93", "min_version": "2.1", "updated": UPDATED},
        ]
    },
    "image": {
        "versions": [
            {"id": f"v2.{minor}", "status": "SUPPORTED", "links": link("http://controller:9292/v2/")}
            for minor in (15, 9)
        ]
    },
    "network": {"versions": [{"id": "v2.0", "status": "CURRENT", "links": link("http://controller:9696/v2.0/")}]},
    "placement": {
        "versions": [
            {"id": "v1.0", "max_version": "1.39", "min_version": "1.0", "status": "CURRENT", "links": link("")},
        ]
    },
    "block-storage": {
        "versions": [
            {"id": "v3.0", "status": "CURRENT", "version": "3.70", "media-types": media("volume+json;version=3")}
        ]
    },
}
# Of services that the suite does not know: their documents are alike, and are nobody's
OTHERS: dict[str, Any] = {
    "load-balancer": {
        "versions": [
            {"id": f"v2.{minor}", "status": "SUPPORTED", "updated": UPDATED, "links": link("http://c:9876/v2")}
            for minor in (0, 1)
        ]
    },
    "workflow": {
        "versions": [
            {"id": "v2.0", "status": "CURRENT", "links": [{"href": "http://c:8989/v2", "target": "v2", "rel": "self"}]}
        ]
    },
    "orchestration": {"versions": [{"id": "v1.0", "status": "CURRENT", "links": link("http://c:8004/v1/")}]},
}


def document(kind: str) -> bytes:
    return json.dumps((TOLD | OTHERS)[kind]).encode()
