from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.subnet import Subnet

from fixtures.guest.full_size import full_size_target
from fixtures.network.drivers import linuxbridge, openvswitch, ovn
from fixtures.network.drivers.driver import Driver

ROUTER, OUTSIDE = "172.16.1.1", "172.24.4.1"


def target(driver: Driver, *answering: str) -> Any:
    guest: Any = SimpleNamespace(pings=lambda address, tries: address in answering)
    request: Any = SimpleNamespace(getfixturevalue=lambda name: OUTSIDE)
    return full_size_target._get_wrapped_function()(guest, Subnet(gateway_ip=ROUTER), driver, request)


@pytest.mark.parametrize("driver", [linuxbridge.DRIVER, openvswitch.DRIVER], ids=lambda driver: driver.agent)
def test_the_router_is_on_the_network_node(driver: Driver) -> None:
    assert target(driver) == ROUTER


def test_ovns_router_is_on_the_guests_own_node_so_what_is_behind_it_is_asked() -> None:
    """Source: ovn-northd(8), Logical Router Pipeline, IP Input: replies to echo requests are made in the flows."""
    assert target(ovn.DRIVER, ROUTER, OUTSIDE) == OUTSIDE
    with pytest.raises(pytest.skip.Exception, match="which proves nothing"):
        target(ovn.DRIVER, ROUTER)
