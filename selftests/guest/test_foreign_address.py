from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.network import Network

from fixtures.guest.foreign_address import foreign_address, overlapping_foreign_address

# The ports that are in a network of Neutron's DHCP agent, and of OVN. Source: neutron_lib.constants, DEVICE_OWNER_DHCP
# and DEVICE_OWNER_DISTRIBUTED
AGENTS, OVNS = ["network:dhcp", "network:router_interface"], ["network:distributed", "network:router_interface"]


@pytest.mark.parametrize(
    ("owners", "fixture", "asked"),
    [
        (AGENTS, foreign_address, ["answering_dhcp_server", "dhcp_server_in_other_network"]),
        (AGENTS, overlapping_foreign_address, ["answering_dhcp_server", "dhcp_server_in_overlapping_network"]),
        (OVNS, foreign_address, ["answering_neighbour_of_foreign_address", "foreign_address_of_guest"]),
        (
            OVNS,
            overlapping_foreign_address,
            ["answering_neighbour_of_foreign_address", "overlapping_foreign_address_of_guest"],
        ),
    ],
)
def test_what_answers_is_asked_first_and_then_its_like(owners: list[str], fixture: Any, asked: list[str]) -> None:
    def ports(network_id: str, device_owner: str) -> list[str]:
        return [owner for owner in owners if owner == device_owner]

    cloud: Any = SimpleNamespace(network=SimpleNamespace(ports=ports))
    names: list[str] = []
    request: Any = SimpleNamespace(getfixturevalue=names.append)
    fixture._get_wrapped_function()(request, cloud, Network(id="net"), None)
    assert names == asked
