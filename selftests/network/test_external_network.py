from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.network import Network
from openstack.network.v2.subnet import Subnet

from fixtures.network.external_network import choose_external, why_no_gateway

EXT1, EXT2 = Network(id="1", name="ext1"), Network(id="2", name="ext2")


def test_the_only_one_is_taken() -> None:
    assert choose_external([EXT1], None) is EXT1


def test_the_named_one_is_taken() -> None:
    assert choose_external([EXT1, EXT2], "ext2") is EXT2


@pytest.mark.parametrize(
    ("networks", "name", "problem"),
    [
        ([], None, "external network: none. Fix: an operator"),
        ([EXT1, EXT2], None, r"external network: several: ext1, ext2\. Fix: choose one"),
        ([EXT1], "ext9", "--external-network=ext9: there is none of that name; there are: ext1"),
    ],
)
def test_anything_else_is_a_problem_in_words(networks: list[Network], name: str | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        choose_external(networks, name)


# `ip -o addr show up scope global dev br-ex` on a DevStack whose address has moved to br-ex (PUBLIC_INTERFACE set);
# without that it has the second line alone. Source: https://opendev.org/openstack/devstack,
# lib/neutron_plugins/ovs_base; its addresses as https://projectacrn.github.io (setup_openstack_libvirt) shows them
DEVSTACK = r"""
13: br-ex    inet 192.168.1.104/24 brd 192.168.1.255 scope global br-ex\       valid_lft forever preferred_lft forever
13: br-ex    inet 172.24.4.1/24 scope global br-ex\       valid_lft forever preferred_lft forever
13: br-ex    inet6 2001:db8::2/64 scope global \       valid_lft forever preferred_lft forever
"""
PUBLIC = Subnet(id="1", cidr="172.24.4.0/24", gateway_ip="172.24.4.1")


def node(shown: str) -> Any:
    return SimpleNamespace(name="devstack", host=SimpleNamespace(run=lambda *_: SimpleNamespace(stdout=shown)))


def test_a_bridge_that_is_the_gateway_needs_no_card() -> None:
    assert why_no_gateway(node(DEVSTACK), "br-ex", [PUBLIC]) == ""


@pytest.mark.parametrize(("shown", "has"), [("", "none at all"), (DEVSTACK.splitlines()[1], "192.168.1.104")])
def test_one_without_an_address_outside_leads_nowhere(shown: str, has: str) -> None:
    words = "has no port of its own, and no address of the external network (172.24.4.0/24); it has "
    assert why_no_gateway(node(shown), "br-ex", [PUBLIC]) == words + has


def test_whose_range_is_hidden_is_not_judged() -> None:
    with pytest.raises(pytest.skip.Exception, match="only an operator is told"):
        why_no_gateway(node(DEVSTACK), "br-ex", [])
    assert "a range that these credentials may not see" in why_no_gateway(node(""), "br-ex", [])
