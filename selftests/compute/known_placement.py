"""A Placement and a Nova that answer from memory, as an operator has them, and count what they are asked."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from openstack.compute.v2.hypervisor import Hypervisor
from openstack.placement.v1.resource_provider import ResourceProvider

NEEDS = {"VCPU": 1, "MEMORY_MB": 64, "DISK_GB": 1}
INVENTORIES = {
    "VCPU": {"total": 1, "reserved": 0, "allocation_ratio": 16.0, "max_unit": 1},
    "MEMORY_MB": {"total": 2048, "reserved": 512, "allocation_ratio": 1.5, "max_unit": 2048},
    "DISK_GB": {"total": 10, "reserved": 0, "allocation_ratio": 1.0, "max_unit": 10},
}


def provider(name: str, parent: str | None = None) -> ResourceProvider:
    return ResourceProvider(id=f"id-{name}", name=name, parent_provider_id=parent)


def hypervisor(name: str, state: str = "up", status: str = "enabled", id: str = "") -> Hypervisor:
    return Hypervisor(id=id or f"id-{name}", name=name, state=state, status=status)


class Answer:
    def __init__(self, status: int, body: Any = None) -> None:
        self.headers: dict[str, str] = {}
        self.status_code, self.body, self.ok = status, body, status < 400

    def json(self) -> Any:
        return self.body


class Cloud:
    """What there is, by provider: allocations of consumers."""

    def __init__(self, **allocations: dict[str, dict[str, int]]) -> None:
        self.allocations = allocations
        self.inventories: dict[str, Any] = dict(INVENTORIES)
        self.servers: dict[str, str] = {}
        """By ID the name."""
        self.unanswered: set[str] = set()
        self.deleted: set[str] = set()
        self.page = 1000
        """Servers or migrations in an answer at most."""
        self.migrations: list[str] = []
        self.hosts: list[str] = []
        self.hypervisors: list[Hypervisor] = []
        self.strange: list[ResourceProvider] = []
        self.aggregates: list[Any] = []
        self.asked: Counter[str] = Counter()
        self.placement = SimpleNamespace(
            get=self._placement, resource_providers=self.providers, get_endpoint_data=lambda: None
        )
        self.compute = SimpleNamespace(
            get=self._compute,
            hypervisors=lambda: self.hypervisors,
            aggregates=lambda: self.aggregates,
        )

    def has_service(self, _kind: str) -> bool:
        return False

    def providers(self) -> list[ResourceProvider]:
        return [provider(name) for name in self.allocations] + self.strange

    def _placement(self, path: str, **_: Any) -> Answer:
        name, what = path.removeprefix("/resource_providers/id-").split("/")
        self.asked[what] += 1
        there = self.allocations.get(name, {})
        if what == "allocations":
            return Answer(200, {what: {consumer: {"resources": each} for consumer, each in there.items()}})
        if what == "usages":
            used: Counter[str] = Counter()
            for each in there.values():
                used.update(each)
            return Answer(200, {what: used})
        return Answer(200, {what: self.inventories})

    def _page(self, key: str, rows: list[dict[str, str]], name: str, params: dict[str, str]) -> Answer:
        self.asked[key] += 1
        names = [each[name] for each in rows]
        if "marker" in params and params["marker"] in self.deleted:
            return Answer(400)
        start = names.index(params["marker"]) + 1 if "marker" in params else 0
        end = start + min(self.page, int(params["limit"]))
        more = {f"{key}_links": [{"rel": "next", "href": "http://elsewhere"}]} if end < len(rows) else {}
        return Answer(200, {key: rows[start:end], **more})

    def _compute(self, path: str, params: Any = None, microversion: str | None = None) -> Answer:
        if path == "/servers":
            assert params["all_tenants"] == "1"
            return self._page("servers", [{"id": each} for each in self.servers], "id", params)
        if path == "/os-migrations":
            assert microversion == "2.59"
            return self._page("migrations", [{"uuid": each} for each in self.migrations], "uuid", params)
        if path == "/os-services":
            rows = [
                {"binary": "nova-compute", "host": host, "zone": "nova", "status": "enabled", "state": "up"}
                for host in self.hosts
            ]
            return Answer(200, {"services": [{**row, "updated_at": "2026-01-01T00:00:00"} for row in rows]})
        self.asked["server"] += 1
        consumer = path.removeprefix("/servers/")
        return Answer(500 if consumer in self.unanswered else 200 if consumer in self.servers else 404)
