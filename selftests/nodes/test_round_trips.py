"""How often a node is asked before the first check, by all readings together."""

import base64
import gzip
import json
import shlex
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from typing import Any

import pytest
import testinfra

from fixtures.nodes import batched_commands, name_resolution
from fixtures.nodes.batched_commands import ROOM
from fixtures.nodes.checked_host import Answer, CheckedHost
from fixtures.nodes.files import CONTENTS
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.readings import ALL, read_together
from fixtures.nodes.roles import ALL_ROLES
from fixtures.nodes.unit_names import UNIT_NAMES
from fixtures.object import ring_devices
from selftests.nodes.known_nodes import known_node
from selftests.test_plugins import modules

SERVICE = """
[DEFAULT]
transport_url = rabbit://openstack:p@controller
my_ip = 10.0.0.11
[database]
connection = mysql://nova:p@controller/nova
[keystone_authtoken]
auth_url = http://controller:5000
auth_type = password
username = nova
password = p
[ovs]
bridge_mappings = provider:br-provider,other:br-other
"""
FILES = {
    **{f"/etc/{name}/{name}.conf": SERVICE for name in ("nova", "neutron", "cinder", "glance", "placement")},
    "/etc/keystone/keystone.conf": SERVICE,
    "/etc/neutron/plugins/ml2/ml2_conf.ini": "[ml2]\nmechanism_drivers = linuxbridge\n",
    "/etc/swift/swift.conf": "[swift-hash]\nswift_hash_path_suffix = s\n",
    **{f"/etc/swift/{kind}-server.conf": "[DEFAULT]\n" for kind in ("account", "container", "object")},
}
MOST = 2
"""Round trips, behind the one for the facts: what services are told, and what that leads to."""


class ToldHost(CheckedHost):
    """A node that says what it is to say, and keeps what it was asked in each round trip."""

    def __init__(self) -> None:
        super().__init__(testinfra.get_host("local://").backend)
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.trips: list[list[tuple[Any, ...]]] = []

    def try_run(self, command: str, *args: str, **kwargs: Any) -> Any:
        line = shlex.join([*self.entrance, self.programs, self.backend.quote(command, *args)])
        self.asked[line] = (tuple(self.entrance), *args)
        return self.answer_to(line)

    def _asked(self, line: str, **kwargs: Any) -> Any:
        pytest.fail("it was asked alone")

    def send(self, lines: Sequence[str]) -> list[Answer]:
        assert len(base64.b64encode(gzip.compress(batched_commands._script(lines, 55)))) < ROOM
        self.trips.append([self.asked[line] for line in lines])
        return [Answer(self.backend, 0, b"", said(*self.asked[line][1:]).encode(), b"") for line in lines]


def said(script: str = "", *words: str) -> str:
    if script == CONTENTS:
        return "".join(contents(words[1:]))
    if script == name_resolution.RESOLVE:
        return "10.0.0.11 \n" * len(words)
    if script == ring_devices.STATE:
        return "yes yes yes 9 5 9 5\n" * (len(words) // 2)
    return ""


def contents(patterns: Sequence[str]) -> Iterator[str]:
    for number, pattern in enumerate(patterns):
        for path, text in FILES.items():
            if fnmatch(path, pattern):
                yield f"{number} {path} {base64.b64encode(text.encode()).decode()}\n"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> ToldHost:
    def send(host: ToldHost, lines: Sequence[str], tell: Any) -> Any:
        return host.send(lines)

    monkeypatch.setattr(batched_commands, "send", send)
    return ToldHost()


def gathered(host: ToldHost, distribution: str, without: str = "", **told: str) -> Node:
    """A node that is all of a cloud, with all that any check can want of it."""
    services = [name for name, units in UNIT_NAMES[distribution].items() if units and name != without]
    known = known_node("controller", distribution, running=services, addresses=["10.0.0.11"])
    known.facts.parsed.update({"running-projects": ["keystone"], "external-ids": None})
    for unit, properties in known.facts.parsed["started"].items():
        if properties["LoadState"] == "loaded":
            properties.update({name: value.format(unit.partition(".")[0]) for name, value in told.items()})
    node = Node("controller", ALL_ROLES, host)
    vars(node)["facts"] = known.facts
    modules()  # declare all of them
    readings = [each for each in ALL.values() if each.wanted_by]
    assert len(readings) > 20
    for each in readings:
        node.readings.promise(each.name)
    worker = threading.Thread(target=read_together, args=(node, readings, Nodes("", (node,))), daemon=True)
    worker.start()
    worker.join(60)
    assert not worker.is_alive()
    return node


def failed(node: Node) -> list[str]:
    """The readings that found out nothing, for another reason than that it is not there."""
    found = []
    for each in ALL.values():
        if each.wanted_by:
            try:
                each(node)
            except pytest.skip.Exception:
                continue
            except Exception as error:
                found.append(f"{each.name}: {error}")
    return found


def files_of(trips: list[list[tuple[Any, ...]]]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (entrance, most, pattern)
        for trip in trips
        for entrance, script, *words in (each for each in trip if len(each) > 1)
        if script == CONTENTS
        for most, *patterns in [words]
        for pattern in patterns
    )


CONTAINER = json.dumps({"status": "running", "restarts": 0}).replace("{", "{{").replace("}", "}}")
DEPLOYED = {
    "packages": {"distribution": "debian"},
    "Open vSwitch": {"distribution": "rdo", "without": "neutron-linuxbridge-agent"},
    "containers": {
        "distribution": "kolla",
        "ContainerName": "{}",
        "ContainerEngine": "docker",
        "Container": CONTAINER,
        "Arguments": "/usr/bin/{}",
    },
}
each_cloud = pytest.mark.parametrize("deployed", DEPLOYED.values(), ids=DEPLOYED)


@each_cloud
def test_all_that_checks_read_comes_with_two_round_trips(host: ToldHost, deployed: dict[str, str]) -> None:
    node = gathered(host, **deployed)
    assert len(host.trips) == MOST
    assert failed(node) == []


@each_cloud
def test_each_file_is_fetched_once(host: ToldHost, deployed: dict[str, str]) -> None:
    gathered(host, **deployed)
    fetched = files_of(host.trips)
    assert len(fetched) > 20
    assert [each for each, times in fetched.items() if times > 1] == []
