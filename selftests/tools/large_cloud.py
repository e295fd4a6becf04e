"""A cloud of any size that answers from memory, page by page, and counts what it is asked and what it gives."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from requests_mock import ANY, Mocker

from selftests.tools.fake_keystone import KEYSTONE, NOVA, VERSION, endpoint, token

NEUTRON, CINDER, GLANCE = "http://controller:9696", "http://controller:8776/v3", "http://controller:9292"
SERVICES = {"network": NEUTRON, "block-storage": CINDER, "image": GLANCE}
VERSIONS = {
    KEYSTONE: VERSION,
    NOVA: {"version": {"id": "v2.1", "status": "CURRENT", "version": "2.93", "min_version": "2.1", "links": []}},
    CINDER: {"version": {"id": "v3.0", "status": "CURRENT", "version": "3.70", "min_version": "3.0", "links": []}},
    NEUTRON: {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": f"{NEUTRON}/v2.0"}]}]},
    GLANCE: {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [{"rel": "self", "href": f"{GLANCE}/v2"}]}]},
}
PATH = re.compile(r"/(?:v2\.1|v2\.0|v3|v2)/(?P<kind>[a-z-]+)(?:/(?P<id>[^/]+))?(?P<rest>/.*)?$")
PROJECT = {
    "servers": "tenant_id",
    "volumes": "os-vol-tenant-attr:tenant_id",
    "snapshots": "os-extended-snapshot-attributes:project_id",
    "images": "owner",
}
"""Where it is called otherwise than project_id."""
WRAPPED = {"security-groups": "security_groups", "os-keypairs": "keypairs"}
NO_FILTERS = {"limit", "marker", "all_tenants", "soft_deleted", "deleted"}


@dataclass
class LargeCloud:
    """What there is, by the last word of its path, as the APIs show it."""

    there: dict[str, list[dict[str, Any]]]
    sees_only: str = ""
    """The project of a member; an operator sees all."""
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    items: int = 0
    """Listed or shown, in all answers."""
    size: int = 0
    """Bytes of the answers."""
    stubborn: set[str] = field(default_factory=set)
    """The IDs of what does not go."""
    deleted: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def looks(self, kind: str) -> list[str]:
        """The requests for lists of a kind."""
        return [each for each in self.asked if re.fullmatch(rf"GET /v[\d.]+/{kind}(/detail)?(\?.*)?", each)]

    def serve(self, requests_mock: Mocker) -> None:
        """Answer every request from now on."""
        told = token("member" if self.sees_only else "admin")
        catalog = [each for each in told["token"]["catalog"] if each["type"] == "identity"]
        for kind, url in {"compute": NOVA, **SERVICES}.items():
            catalog.append({"type": kind, "name": kind, "endpoints": [endpoint(url)]})
        told["token"]["catalog"] = catalog
        requests_mock.register_uri(ANY, ANY, text=self._answer)
        requests_mock.post(f"{KEYSTONE}/auth/tokens", json=told, headers={"X-Subject-Token": "t0ken"})
        for url, version in VERSIONS.items():
            for written in (url, f"{url}/"):
                requests_mock.get(re.compile(rf"^{re.escape(written)}$"), json=version)

    def _answer(self, request: Any, context: Any) -> str:
        url = urlsplit(str(request.url))
        self.asked.append(f"{request.method} {url.path}{'?' if url.query else ''}{url.query}")
        found = PATH.search(url.path)
        assert found, url.path
        kind, thing = found["kind"], found["id"]
        if thing and thing != "detail":
            answer = self._one(str(request.method), kind, thing, context)
        else:
            asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
            answer = self._page(kind, asked, str(request.url).partition("?")[0])
        self.size += len(text := json.dumps(answer))
        return text

    def _one(self, method: str, kind: str, identity: str, context: Any) -> dict[str, Any]:
        found = [each for each in self._seen(kind) if each["id"] == identity]
        if not found:
            context.status_code = 404
            return {}
        if method == "DELETE" and identity in self.stubborn:
            context.status_code = 409
            return {}
        if method == "DELETE":
            self.there[kind] = [each for each in self.there[kind] if each["id"] != identity]
            self.deleted.append(identity)
            context.status_code = 204
            return {}
        if method != "GET":
            self.changed.append(f"{method} {kind} {identity}")
            found[0]["protected"] = False  # the only change that is made
        self.items += 1
        one = WRAPPED.get(kind, kind).removesuffix("s")
        return found[0] if kind == "images" else {one: found[0]}

    def _page(self, kind: str, asked: dict[str, str], url: str) -> dict[str, Any]:
        listed = [each for each in self._seen(kind) if self._fits(kind, each, asked)]
        ids = [each["id"] for each in listed] if "marker" in asked else []
        first = ids.index(asked["marker"]) + 1 if ids else 0
        page = listed[first : first + int(asked.get("limit", len(listed) or 1))]
        self.items += len(page)
        key = WRAPPED.get(kind, kind)
        answer: dict[str, Any] = {key: page}
        if first + len(page) < len(listed):
            following = f"?{urlencode({**asked, 'marker': page[-1]['id']})}"
            answer |= {"next": f"/v2/images{following}"} if kind == "images" else {}
            answer[f"{key}_links"] = [{"rel": "next", "href": url + following}]
        return answer

    def _seen(self, kind: str) -> list[dict[str, Any]]:
        all_of_them = self.there.get(kind, [])
        return [each for each in all_of_them if not self.sees_only or self._project(kind, each) == self.sees_only]

    def _project(self, kind: str, thing: dict[str, Any]) -> str:
        return str(thing.get(PROJECT.get(kind, "project_id"), self.sees_only))

    def _fits(self, kind: str, thing: dict[str, Any], asked: dict[str, str]) -> bool:
        for name, value in asked.items():
            if name in {"project_id", "tenant_id", "owner"} and self._project(kind, thing) != value:
                return False
            if name == "name" and kind == "servers":  # Nova's is a pattern
                if not re.search(value, str(thing["name"])):
                    return False
            elif name not in NO_FILTERS and name in thing and str(thing[name]) != value:
                return False
        return True
