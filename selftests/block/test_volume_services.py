from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.block.backends import Backend
from fixtures.block.volume_services import hosts_not_given, is_from, unregistered
from fixtures.cloud.service_reports import ServiceReport
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.nodes import Nodes

# Every cinder-volume of a Ceph cluster under one host, as `cinder service-list` shows it. Source:
# https://opendev.org/openstack/fuel-octane (archived), octane/tests/test_util_cinder.py; there it is RBD-backend
SHARED = ["rbd:volumes@rbd-1"]
CEPH = "[DEFAULT]\nenabled_backends = rbd-1\n[rbd-1]\nbackend_host = rbd:volumes\n"
# cluster = ceph: active/active, where each has its own host. Source: https://docs.openstack.org/cinder/latest,
# contributor/high_availability.html
ACTIVE_ACTIVE = "[DEFAULT]\ncluster = ceph\nenabled_backends = rbd-1\n[rbd-1]\n"


def node(name: str) -> Any:
    return SimpleNamespace(name=name, hostname=name, is_called=lambda host: host.partition(".")[0] == name)


def backends(name: str, text: str, *names: str) -> list[Backend]:
    config = EffectiveConfig("cinder-volume.service", {"/etc/cinder/cinder.conf": text})
    return [Backend(node(name), each, config) for each in names]


def reports(*hosts: str, state: str = "up") -> list[ServiceReport]:
    return [ServiceReport("cinder-volume", host, "nova", "enabled", state, 1) for host in hosts]


@pytest.mark.parametrize("name", ["control01", "control02"])
def test_nodes_that_share_a_host_are_registered(name: str) -> None:
    own = backends(name, CEPH, "rbd-1")
    assert unregistered(own, reports(*SHARED)) == []
    assert [is_from(node(name), own, report) for report in reports(*SHARED, "block1@lvm")] == [True, False]


def test_the_shared_host_is_given() -> None:
    nodes = Nodes("control01", (node("control01"),))
    found = reports(*SHARED, "control01@lvm", "gone@lvm", state="down")
    assert hosts_not_given(found, nodes, backends("control01", CEPH, "rbd-1")) == ["gone"]
    assert hosts_not_given(found, nodes, backends("control01", "[lvm]\n", "lvm")) == ["gone", "rbd:volumes"]


def test_one_that_reports_is_a_node_that_was_not_given() -> None:
    nodes = Nodes("control01", (node("control01"),))
    assert hosts_not_given(reports("infra1-cinder-volumes-container-5f@lvm"), nodes, []) == []


def test_where_each_has_its_own_host_one_is_not_registered_by_another() -> None:
    own = backends("control02", ACTIVE_ACTIVE, "rbd-1")
    assert unregistered(own, reports("control01@rbd-1")) == ["control02@rbd-1"]
    assert unregistered(own, reports("control01@rbd-1", "control02@rbd-1")) == []


def test_each_backend_counts() -> None:
    text = "[DEFAULT]\nhost = storage\n[ssd]\n[rbd-1]\nbackend_host = rbd:volumes\n"
    assert unregistered(backends("block1", text, "ssd", "rbd-1"), reports(*SHARED)) == ["storage@ssd"]


@pytest.mark.parametrize(("text", "host"), [("[DEFAULT]\n", "block1"), ("[DEFAULT]\nhost = storage\n", "storage")])
def test_a_backend_without_a_name_is_its_host_alone(text: str, host: str) -> None:
    own = backends("block1", text, "DEFAULT")
    assert unregistered(own, reports(host)) == []
    assert unregistered(own, reports("other")) == [host]


def test_one_that_is_no_longer_enabled_is_still_the_nodes() -> None:
    assert is_from(node("block1"), backends("block1", "[lvm]\n", "lvm"), reports("block1.example.org@old")[0])
