import itertools
from typing import Any, cast

import pytest

from fixtures.network.drivers import DRIVERS, linuxbridge, openvswitch, ovn
from fixtures.network.drivers.driver import COMMON, UNKNOWN, Driver
from fixtures.network.l2_agent import chosen, parse_mappings, to_install
from fixtures.nodes.service import Service
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import known_node

LINUXBRIDGE, OPENVSWITCH, OVN = linuxbridge.DRIVER, openvswitch.DRIVER, ovn.DRIVER


def agent(
    driver: Driver, active: str = "active", enabled: str = "enabled", program: str = ""
) -> tuple[Driver, Service]:
    unit = {
        "Id": f"{driver.agent}.service",
        "LoadState": "loaded",
        "ActiveState": active,
        "StartedBy": f"{driver.agent}.service" if enabled == "enabled" else "",
        "Arguments": f"{program} --config-file /etc/neutron/neutron.conf",
    }
    return driver, Service(cast(Any, None), unit)


def test_the_running_agent_is_meant() -> None:
    assert chosen([agent(OPENVSWITCH, active="inactive"), agent(LINUXBRIDGE)]) is LINUXBRIDGE


def test_of_stopped_agents_the_enabled_one_is_meant() -> None:
    stopped = [agent(OPENVSWITCH, active="inactive", enabled="disabled"), agent(LINUXBRIDGE, active="failed")]
    assert chosen(stopped) is LINUXBRIDGE


def test_an_agent_that_systemd_keeps_restarting_counts_as_running() -> None:
    agents = [agent(OVN, active="inactive"), agent(LINUXBRIDGE, active="activating", enabled="disabled")]
    assert chosen(agents) is LINUXBRIDGE


@pytest.mark.parametrize("driver", [LINUXBRIDGE, OPENVSWITCH])
def test_where_two_share_a_unit_the_program_tells(driver: Driver) -> None:
    program = f"/usr/local/bin/{driver.agent}"
    assert chosen([agent(LINUXBRIDGE, program=program), agent(OPENVSWITCH, program=program)]) is driver


def test_what_is_not_installed_is_none() -> None:
    absent = Service(cast(Any, None), {"Id": "ovn-controller.service", "LoadState": "not-found"})
    assert chosen([(OVN, absent)]) is None


@pytest.mark.parametrize(("driver", "distribution"), itertools.product(DRIVERS, UNIT_NAMES))
def test_every_distribution_names_the_agent_of_every_driver(driver: Driver, distribution: str) -> None:
    assert UNIT_NAMES[distribution][driver.agent]


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.agent)
def test_a_driver_tells_where_its_settings_are_or_why_it_has_none(driver: Driver) -> None:
    asked = {*COMMON, "bridges", "tunnels", "local IP", "L2 population"}
    assert asked <= driver.settings.keys() | driver.absent.keys()
    assert not driver.settings.keys() & driver.absent.keys()
    assert driver.switched_on_by.keys() <= driver.settings.keys()
    assert ("tunnel port" in driver.settings) is not bool(driver.tunnel_ports)


def test_mappings_are_read_as_neutron_reads_them() -> None:
    assert parse_mappings(" provider : ens33, other:ens34,") == {"provider": "ens33", "other": "ens34"}
    assert parse_mappings("") == {}


def test_a_mapping_without_an_interface_maps_to_none() -> None:
    assert parse_mappings("provider") == {"provider": ""}


@pytest.mark.parametrize(
    ("driver", "firewall_driver", "enforces"),
    [
        (LINUXBRIDGE, "neutron.agent.linux.iptables_firewall.IptablesFirewallDriver", True),
        (LINUXBRIDGE, "iptables", True),
        (LINUXBRIDGE, "openvswitch", False),
        (LINUXBRIDGE, "neutron.agent.firewall.NoopFirewallDriver", False),
        (LINUXBRIDGE, "", False),
        (OPENVSWITCH, "iptables_hybrid", True),
        (OPENVSWITCH, "neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver", True),
        (OPENVSWITCH, "openvswitch", True),
        (OPENVSWITCH, "iptables", False),
        (OPENVSWITCH, "noop", False),
    ],
)
def test_only_a_driver_of_its_own_agent_enforces(driver: Driver, firewall_driver: str, enforces: bool) -> None:
    assert driver.enforces(firewall_driver) is enforces


def test_an_agent_that_is_missing_comes_from_packages_or_from_the_deployer() -> None:
    assert to_install(known_node("kvm1"), OVN).startswith("install ovn-host")
    deployed = to_install(known_node("kvm1", "kolla"), OVN)
    assert deployed == "kolla-ansible reconfigure, which makes the container of ovn-controller"
    assert to_install(known_node("kvm1", "kolla"), UNKNOWN) == UNKNOWN.fixes.install
