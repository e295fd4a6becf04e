from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.router import Router
from openstack.network.v2.subnet import Subnet

from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import is_proven
from fixtures.core.waiting import WaitFailed
from fixtures.guest import asking_again, ipv6_guest
from fixtures.guest.ipv6_guest import Ipv6Guest
from fixtures.guest.ipv6_view import Ipv6View
from fixtures.network import radvd
from fixtures.network.drivers import linuxbridge, ovn
from fixtures.network.drivers.driver import Driver
from fixtures.nodes.nodes import Nodes

LINK, OWN, STABLE = "fe80::f816:3eff:fe00:1", "fd12::f816:3eff:fe00:1", "fd12::5d3:9a1c:77e0:4b2f"
SUBNET = Subnet(id="subnet", cidr="fd12::/64")
PORT = SimpleNamespace(mac_address="fa:16:3e:00:00:01", fixed_ips=[{"subnet_id": "subnet", "ip_address": OWN}])
pytestmark = pytest.mark.usefixtures("pauses")
CLOUD: Any = SimpleNamespace(network=SimpleNamespace(ports=lambda device_id: [PORT]))


def view(*addresses: str, advertisements: int = 0) -> Ipv6View:
    return Ipv6View(frozenset(addresses), frozenset(), advertisements)


def waited(
    monkeypatch: pytest.MonkeyPatch, *ahead: Ipv6View, has_asked: bool = True, driver: Driver = linuxbridge.DRIVER
) -> Ipv6Guest:
    left = list(ahead)
    for module in (ipv6_guest, asking_again):
        monkeypatch.setattr(module, "ipv6_of", lambda _: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(ipv6_guest, "solicit", lambda *_: has_asked)
    server: Any = SimpleNamespace(id="s1")
    guest: Any = None
    deadlines = Deadlines(advertised=10, advertised_unasked=20, port_active=10)
    return ipv6_guest._advertised(CLOUD, guest, server, SUBNET, Router(id="r1"), Nodes("", ()), driver, deadlines)


def test_a_guest_is_reached_by_the_address_of_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(monkeypatch, view(LINK), view(LINK), view(LINK, OWN, STABLE)).address == OWN


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        ([view()], "its image has no IPv6"),
        ([view(LINK), view(LINK, STABLE)], "in another way than EUI-64"),
        ([view(LINK), view(LINK, advertisements=1)], "its image goes by none"),
    ],
)
def test_an_images_own_ways_are_no_fault_of_the_clouds(
    ahead: list[Ipv6View], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.skip.Exception, match=reason):
        waited(monkeypatch, *ahead)


def test_an_address_that_somebody_else_has_is_no_images_way(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Ipv6View(frozenset({LINK}), frozenset(), 1, frozenset({OWN}))
    with pytest.raises(WaitFailed, match=f"not yet its own {OWN}"):
        waited(monkeypatch, view(LINK), taken)


@pytest.mark.parametrize("lacking", [[], ["network1"]])
def test_a_router_without_radvd_leaves_no_other_cause(lacking: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radvd, "nodes_without_radvd", lambda *_: lacking)
    with pytest.raises(WaitFailed) as told:
        waited(monkeypatch, view(LINK))
    assert is_proven(told.value) == bool(lacking)
    assert ("no radvd runs for it on network1" in str(told.value)) == bool(lacking)


def test_ovn_is_not_judged_by_a_guest_that_never_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="could not be made to ask"):
        waited(monkeypatch, view(LINK), has_asked=False, driver=ovn.DRIVER)
    with pytest.raises(WaitFailed):  # radvd advertises by itself
        waited(monkeypatch, view(LINK), has_asked=False)


@pytest.mark.parametrize(("has_asked", "seconds"), [(True, "10"), (False, "20")])
def test_a_guest_that_cannot_ask_has_until_routers_advertise_by_themselves(
    has_asked: bool, seconds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WaitFailed, match=f"not within {seconds} s"):
        waited(monkeypatch, view(LINK), has_asked=has_asked)


@pytest.mark.parametrize(
    ("driver", "where"), [(linuxbridge.DRIVER, "pgrep -af r1 must show a radvd"), (ovn.DRIVER, "port of neutron-r1")]
)
def test_where_nothing_is_advertised_the_message_leads_to_the_router(
    driver: Driver, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WaitFailed, match=rf"to make itself an address of fd12::/64, which router r1 .*{where}"):
        waited(monkeypatch, view(LINK), driver=driver)
