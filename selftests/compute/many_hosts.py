"""A plugin: a cloud of many compute hosts that answers from memory, and counts what it is asked, and what is there."""

import json
import os
import threading
import time
from collections import Counter
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.compute.v2.server import Server
from openstack.exceptions import NotFoundException

from fixtures.compute import server_end
from fixtures.compute.recipe import Recipe
from fixtures.core.deadlines import Deadlines
from fixtures.nodes.node import HOSTNAME, Node
from fixtures.nodes.nodes import NODES, Nodes

HOSTS = 200
NAMES = [f"compute-{number}" for number in range(HOSTS)]
ADDRESS = {"net": [{"addr": "172.16.1.5", "OS-EXT-IPS:type": "fixed"}]}
BUILDS = 2
"""How often a server is BUILD before it is ACTIVE."""


class Cloud:
    """Nova, Neutron and their client."""

    compute = network = property(lambda self: self)

    def __init__(self) -> None:
        self.broken = json.loads(os.environ.get("BROKEN", "{}"))
        """By host, its servers' status; also the quota of `instances`, and how many get on only `together`."""
        self.there: dict[str, dict[str, Any]] = {}
        self.seen: Counter[str] = Counter()
        self.most = 0
        self.calls: Counter[str] = Counter()
        self.ids = map(str, count(1))
        self.lock = threading.Lock()

    def __getattr__(self, call: str) -> Any:
        return partial(self._asked, call)

    def _asked(self, call: str, *args: Any, **given: Any) -> Any:
        with self.lock:
            self.calls[f"get {args[0]}" if call == "get" else call] += 1
            return vars(Cloud)[f"do_{call}"](self, *args, **given)

    def do_create_server(self, availability_zone: str, **_: Any) -> Server:
        made = {"id": next(self.ids), "host": availability_zone.partition(":")[2]}
        self.there[made["id"]] = made
        self.most = max(self.most, len(self.there))
        return Server(id=made["id"])

    def do_get_server(self, server: Any) -> Server:
        identity = getattr(server, "id", server)
        if identity == "guest":
            return Server(id="guest", status="ACTIVE", hypervisor_hostname=NAMES[0])
        if identity not in self.there:
            raise NotFoundException
        self.seen[identity] += 1
        host = self.there[identity]["host"]
        are_together = self.most >= int(self.broken.get("together", 1))
        self.calls["get_server"] -= not are_together  # until the others are there, each looks as often as it can
        is_built = self.seen[identity] > BUILDS and are_together
        status = self.broken.get(host) or ("ACTIVE" if is_built else "BUILD")
        return Server(id=identity, status=status, addresses=ADDRESS, hypervisor_hostname=host)

    def do_delete_server(self, identity: str, **_: Any) -> None:
        del self.there[identity]

    def do_server_actions(self, _server: str) -> list[Any]:
        return []

    def do_ports(self, device_id: str) -> list[Any]:
        return [SimpleNamespace(id="p", status="", fixed_ips=[{"ip_address": "172.16.1.5"}])] * (
            device_id in self.there
        )

    def do_get(self, _path: str) -> Any:
        services = [
            {"binary": "nova-compute", "host": name, "zone": "nova", "status": "", "state": ""} for name in NAMES
        ]
        times = {"updated_at": "2026-01-01T00:00:00"}
        return SimpleNamespace(
            status_code=200, headers={}, json=lambda: {"services": [each | times for each in services]}
        )

    def do_get_limits(self) -> Any:
        limits = dict.fromkeys(["total_cores", "total_cores_used", "total_ram", "total_ram_used"], -1)
        instances = int(self.broken.get("instances", -1))
        return SimpleNamespace(absolute=SimpleNamespace(**limits, instances=instances, instances_used=0))


CLOUD = pytest.StashKey[Cloud]()


def recipe() -> Recipe:
    thing: Any = SimpleNamespace(id="x", vcpus=1, ram=64)
    return Recipe(thing, thing, None, thing, thing)


@pytest.hookimpl(trylast=True)  # after fixtures.nodes.nodes, which is given none
def pytest_configure(config: pytest.Config) -> None:
    pause = time.sleep
    vars(time)["sleep"] = lambda _: pause(0)
    vars(server_end)["is_operator"] = lambda _: False
    nodes = tuple(Node(name, frozenset({"compute"}), None) for name in NAMES)
    for node in nodes:
        vars(node)["facts"] = {HOSTNAME: node.name}
    config.stash[NODES] = Nodes("many", nodes)
    config.stash[CLOUD] = Cloud()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Tell what was asked and what is there: only now has all that ends in the background been waited for."""
    cloud = config.stash[CLOUD]
    told = {"calls": cloud.calls, "most": cloud.most, "there": len(cloud.there)}
    Path("asked.json").write_text(json.dumps(told))


@pytest.fixture(scope="session")
def operator(pytestconfig: pytest.Config) -> Cloud:
    return pytestconfig.stash[CLOUD]


@pytest.fixture(scope="session")
def operator_in_project(operator: Any) -> Any:
    return operator


@pytest.fixture(scope="session")
def server() -> Server:
    return Server(id="guest")


@pytest.fixture(scope="session", name="recipe")
def what_guests_are_made_of() -> Recipe:
    return recipe()


@pytest.fixture(scope="session")
def run() -> Any:
    return SimpleNamespace(name=str, tag="acc-1")


@pytest.fixture(scope="session")
def deadlines() -> Deadlines:
    return Deadlines()


@pytest.fixture(scope="session")
def nodes(pytestconfig: pytest.Config) -> Nodes:
    return pytestconfig.stash[NODES]
