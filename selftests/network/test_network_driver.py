import re
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network.drivers import DRIVERS, linuxbridge, openvswitch, ovn
from fixtures.network.drivers.driver import UNKNOWN, Driver, Fixes
from fixtures.network.network_driver import by_agents

LINUXBRIDGE, OPENVSWITCH, OVN = linuxbridge.DRIVER, openvswitch.DRIVER, ovn.DRIVER
STRANGE = {
    LINUXBRIDGE.agent: "ovs|ovn|openvswitch|geneve",
    OPENVSWITCH.agent: "linuxbridge|bridge link|ovn|geneve",
    OVN.agent: "linuxbridge|neutron-(l3|dhcp|metadata)|qrouter|qdhcp|br_netfilter|iptables|vxlan|local_ip",
    UNKNOWN.agent: "linuxbridge|qrouter|br_netfilter|l3-agent|iptables",
}


@pytest.mark.parametrize("driver", [*DRIVERS, UNKNOWN], ids=lambda driver: driver.agent)
def test_a_driver_speaks_of_what_it_has(driver: Driver) -> None:
    texts = [str(getattr(driver.fixes, each.name)) for each in fields(Fixes)]
    texts += [driver.roads, *(f"{stop.namespace} {stop.suspect}" for stop in driver.way)]
    assert [text for text in texts if re.search(STRANGE[driver.agent], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.agent)
def test_each_driver_has_words_of_its_own(driver: Driver) -> None:
    own = {each.name for each in fields(Fixes) if getattr(driver.fixes, each.name) != getattr(UNKNOWN.fixes, each.name)}
    assert own == {each.name for each in fields(Fixes)}
    assert "ROUTER" in driver.fixes.nat.format(router="ROUTER")
    assert driver.way


@pytest.mark.parametrize(
    ("types", "driver"),
    [
        (["Linux bridge agent", "L3 agent", "DHCP agent", "Metadata agent"], LINUXBRIDGE),
        (["Open vSwitch agent", "L3 agent"], OPENVSWITCH),
        (["OVN Controller Gateway agent", "OVN Metadata agent"], OVN),
        (["OVN Controller agent"], OVN),
        ([], UNKNOWN),
    ],
)
def test_neutron_tells_the_driver(types: list[str], driver: Driver) -> None:
    assert by_agents(types) is driver


# Source: https://opendev.org/openstack/openstack-ansible-os_neutron, doc/source/app-ovn.rst
NAT = """\
TYPE             GATEWAY_PORT          EXTERNAL_IP        EXTERNAL_PORT    LOGICAL_IP          EXTERNAL_MAC
dnat_and_snat    lrp-16555e74-fbef-    192.168.25.246                      10.3.3.49
snat                                   192.168.25.242                      10.3.3.0/24
"""


def central(answer: Any, *, is_installed: bool = True) -> Any:
    asked: list[tuple[str, ...]] = []

    def try_run(*words: str) -> Any:
        asked.append(words)
        return answer

    service = SimpleNamespace(
        is_installed=is_installed, unit="ovn-ovsdb-server-nb.service", host=SimpleNamespace(try_run=try_run)
    )
    return SimpleNamespace(name="controller", service=lambda name: service, asked=asked)


def test_ovns_evidence_is_what_its_database_says() -> None:
    node = central(SimpleNamespace(succeeded=True, stdout=NAT))
    assert OVN.nat_tables(node, "r1") == [f"ovn-ovsdb-server-nb.service on controller\n{NAT}"]
    assert node.asked == [
        ("ovn-nbctl --timeout=$((10 * TIMEOUT_PERCENT / 100)) --no-leader-only -- lr-nat-list %s", "neutron-r1")
    ]


def test_or_why_it_says_nothing() -> None:
    told = "ovn-nbctl: unix:/var/run/ovn/ovnnb_db.sock: database connection failed\n"
    silent = SimpleNamespace(succeeded=False, stderr=told)
    assert OVN.nat_tables(central(silent), "r1")[0].endswith("database connection failed")
    assert OVN.nat_tables(central(silent, is_installed=False), "r1") == []
