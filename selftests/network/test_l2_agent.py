import pytest

from fixtures.network.l2_agent import chosen
from fixtures.network.l2_options import LINUXBRIDGE, OPENVSWITCH, OVN, filters, parse_mappings
from fixtures.nodes.unit_names import UNIT_NAMES


def unit(name: str, active: str = "active", enabled: str = "enabled", program: str = "") -> dict[str, str]:
    start = f"{{ path={program} ; argv[]={program} --config-file /etc/neutron/neutron.conf }}"
    return {
        "Id": f"{name}.service",
        "LoadState": "loaded",
        "ActiveState": active,
        "UnitFileState": enabled,
        "ExecStart": start,
    }


def test_the_running_agent_is_meant() -> None:
    units = [unit(LINUXBRIDGE), unit(OPENVSWITCH, active="inactive")]
    assert chosen(units, UNIT_NAMES["debian"]) == LINUXBRIDGE


def test_of_stopped_agents_the_enabled_one_is_meant() -> None:
    units = [unit(LINUXBRIDGE, active="failed"), unit(OPENVSWITCH, active="inactive", enabled="disabled")]
    assert chosen(units, UNIT_NAMES["rdo"]) == LINUXBRIDGE


def test_an_agent_that_systemd_keeps_restarting_counts_as_running() -> None:
    units = [unit(LINUXBRIDGE, active="activating", enabled="disabled"), unit(OVN, active="inactive")]
    assert chosen(units, UNIT_NAMES["debian"]) == LINUXBRIDGE


@pytest.mark.parametrize("service", [LINUXBRIDGE, OPENVSWITCH])
def test_where_two_share_a_unit_the_program_tells(service: str) -> None:
    assert chosen([unit("devstack@q-agt", program=f"/usr/local/bin/{service}")], UNIT_NAMES["devstack"]) == service


def test_what_is_not_installed_is_none() -> None:
    assert chosen([unit(OVN) | {"LoadState": "not-found"}], UNIT_NAMES["debian"]) is None


def test_mappings_are_read_as_neutron_reads_them() -> None:
    assert parse_mappings(" provider : ens33, other:ens34,") == {"provider": "ens33", "other": "ens34"}
    assert parse_mappings("") == {}


def test_a_mapping_without_an_interface_maps_to_none() -> None:
    assert parse_mappings("provider") == {"provider": ""}


@pytest.mark.parametrize(
    ("service", "driver", "enforces"),
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
def test_only_a_driver_of_its_own_agent_enforces(service: str, driver: str, enforces: bool) -> None:
    assert filters(service, driver) is enforces
