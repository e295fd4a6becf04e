from typing import Any, cast

import pytest

from fixtures.network.interface_drivers import other_interface_driver
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.service import Service
from fixtures.nodes.service_environment import ServiceEnvironment


def agent(driver: str, name: str = "neutron-l3-agent") -> ServiceEnvironment:
    text = f"[DEFAULT]\ninterface_driver = {driver}\n" if driver else "[DEFAULT]\n"
    config = EffectiveConfig(f"{name}.service", {"/etc/neutron/l3_agent.ini": text})
    return ServiceEnvironment("controller", name, Service(cast(Any, None), {"Id": f"{name}.service"}), config)


@pytest.mark.parametrize(
    ("driver", "l2_agent", "is_wrong"),
    [
        ("linuxbridge", "neutron-linuxbridge-agent", False),
        ("neutron.agent.linux.interface.BridgeInterfaceDriver", "neutron-linuxbridge-agent", False),
        ("openvswitch", "neutron-linuxbridge-agent", True),
        ("neutron.agent.linux.interface.OVSInterfaceDriver", "neutron-linuxbridge-agent", True),
        ("linuxbridge", "neutron-openvswitch-agent", True),
        ("openvswitch", "neutron-openvswitch-agent", False),
        ("openvswitch", "ovn-controller", False),
        ("my.own.Driver", "neutron-openvswitch-agent", False),
        ("", "neutron-linuxbridge-agent", False),
    ],
)
def test_the_driver_fits_the_agent_that_wires(driver: str, l2_agent: str, is_wrong: bool) -> None:
    assert bool(other_interface_driver(agent(driver), l2_agent)) is is_wrong


def test_the_fix_names_the_line_and_the_right_driver() -> None:
    said = other_interface_driver(agent("openvswitch"), "neutron-linuxbridge-agent")
    assert said.startswith("controller: [DEFAULT] interface_driver = openvswitch (/etc/neutron/l3_agent.ini:2), but ")
    assert said.endswith(
        "Fix: set interface_driver = linuxbridge there, then systemctl restart neutron-l3-agent.service"
    )


def test_others_plug_nothing() -> None:
    assert not other_interface_driver(agent("openvswitch", "neutron-metadata-agent"), "neutron-linuxbridge-agent")
