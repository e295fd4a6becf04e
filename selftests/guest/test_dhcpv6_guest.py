"""A guest with a second card: what is the cloud's fault, and what its image's way."""

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import HttpException
from openstack.network.v2.subnet import Subnet

from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed
from fixtures.guest import asking_again, dhcpv6_guest
from fixtures.guest.ipv6_view import Ipv6View
from fixtures.network.drivers import linuxbridge, ovn

LINK, OWN = "fe80::1", "fd12::15"
CARD = SimpleNamespace(port_id="p1", mac_addr="fa:16:3e:00:00:01", fixed_ips=[{"ip_address": OWN}])
pytestmark = pytest.mark.usefixtures("pauses")
MAKE: Callable[..., Any] = inspect.unwrap(dhcpv6_guest.dhcpv6_guest.__wrapped__)


class Cloud:
    """As much of one as has to do with a card."""

    def __init__(self, *, status: str = "ACTIVE", refuses: bool = False) -> None:
        self.cards = [CARD]
        self.refuses = refuses
        self.compute = self
        self.network = SimpleNamespace(ports=lambda **_: [SimpleNamespace(status=status)])

    def create_server_interface(self, _server: object, **_: str) -> object:
        if self.refuses:
            raise HttpException("no more PCI slots")
        return CARD

    def delete_server_interface(self, _port: str, _server: object) -> None:
        self.cards = []

    def server_interfaces(self, _server: object) -> list[SimpleNamespace]:
        return self.cards


def lent(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, *ahead: Ipv6View, asks: bool = True, driver: Any = linuxbridge.DRIVER
) -> str:
    left = list(ahead)
    for module in (dhcpv6_guest, asking_again):
        monkeypatch.setattr(module, "ipv6_of", lambda _: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(dhcpv6_guest, "ask_for_address", lambda *_: asks)
    subnet = Subnet(network_id="n1", cidr="fd12::/64")
    made = MAKE(cloud, None, SimpleNamespace(id="s1"), subnet, driver, Deadlines(advertised=10, port_active=10))
    address = str(next(made).address)
    assert next(made, "the end") == "the end"
    return address


def view(*addresses: str, datagrams: int = 0) -> Ipv6View:
    return Ipv6View(frozenset(addresses), frozenset(), 1, frozenset(), datagrams)


def test_the_address_of_its_port_is_waited_for_and_the_card_taken_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud()
    assert lent(monkeypatch, cloud, view(LINK), view(LINK), view(LINK, OWN)) == OWN
    assert not cloud.cards


@pytest.mark.parametrize(
    ("refuses", "asks", "reason"),
    [
        (True, True, "Nova gives a running server no second card here: .*no more PCI slots"),
        (False, False, "no DHCPv6 client"),
        (False, True, "asked nobody"),
    ],
)
def test_an_image_or_a_hypervisor_that_cannot_is_no_fault_of_the_clouds(
    refuses: bool, asks: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(refuses=refuses)
    with pytest.raises(pytest.skip.Exception, match=reason):
        lent(monkeypatch, cloud, view(LINK), asks=asks)
    assert cloud.cards == ([CARD] if refuses else [])


@pytest.mark.parametrize(
    ("driver", "where"), [(linuxbridge.DRIVER, "restart neutron-dhcp-agent"), (ovn.DRIVER, "dhcpv6_options")]
)
def test_a_guest_that_asked_and_got_nothing_is_the_clouds_fault(
    driver: Any, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud()
    with pytest.raises(
        WaitFailed, match=rf"to be given {OWN}, which Neutron chose .* by DHCPv6: not within 10 s.*{where}"
    ):
        lent(monkeypatch, cloud, view(LINK), view(LINK, datagrams=3), driver=driver)
    assert not cloud.cards


def test_a_port_that_is_never_wired_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        WaitFailed, match=r"the port with fa:16:3e:00:00:01, which server s1 .* to be ACTIVE: not within"
    ):
        lent(monkeypatch, Cloud(status="DOWN"), view(LINK))
