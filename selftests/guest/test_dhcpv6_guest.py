"""A guest with a second card: what is the cloud's fault, and what its image's way."""

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from keystoneauth1.exceptions import ConnectTimeout
from openstack.exceptions import HttpException, NotFoundException
from openstack.network.v2.subnet import Subnet

from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed
from fixtures.guest import asking_again, dhcpv6_guest
from fixtures.guest.ipv6_view import Ipv6View
from fixtures.network.drivers import linuxbridge, ovn
from fixtures.nodes.nodes import Nodes

LINK, OWN = "fe80::1", "fd12::15"
pytestmark = pytest.mark.usefixtures("pauses")
MAKE: Callable[..., Any] = inspect.unwrap(dhcpv6_guest.dhcpv6_guest.__wrapped__)
GROUP, RUN = SimpleNamespace(id="g1"), SimpleNamespace(name=str, tag="the run's")


class Cloud:
    """As much of one as has to do with a card."""

    def __init__(self, *, status: str = "ACTIVE", answer: Exception | None = None) -> None:
        self.status = status
        self.answer = answer
        self.ports: list[str] = []
        self.cards: list[str] = []
        self.compute = self.network = self

    def create_port(self, **given: Any) -> SimpleNamespace:
        assert (given["security_group_ids"], given["description"]) == (["g1"], "the run's")
        self.ports = ["p1"]
        return self.get_port("p1")

    def get_port(self, port: str) -> SimpleNamespace:
        if port not in self.ports:
            raise NotFoundException
        mac = "fa:16:3e:00:00:01"
        return SimpleNamespace(
            id=port, network_id="n1", mac_address=mac, fixed_ips=[{"ip_address": OWN}], status=self.status
        )

    def delete_port(self, port: str) -> None:
        assert port not in self.cards
        self.ports = []

    def create_server_interface(self, _server: object, port_id: str) -> None:
        if self.answer and not isinstance(self.answer, ConnectTimeout):
            raise self.answer
        self.cards = [port_id]
        if self.answer:
            raise self.answer

    def delete_server_interface(self, _port: str, _server: object) -> None:
        self.cards = []

    def server_interfaces(self, _server: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(port_id=each) for each in self.cards]


def lent(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, *ahead: Ipv6View, asks: bool = True, driver: Any = linuxbridge.DRIVER
) -> str:
    left = list(ahead)
    for module in (dhcpv6_guest, asking_again):
        monkeypatch.setattr(module, "ipv6_of", lambda _: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(dhcpv6_guest, "ask_for_address", lambda *_: asks)
    subnet, server = Subnet(network_id="n1", cidr="fd12::/64"), SimpleNamespace(id="s1")
    deadlines = Deadlines(advertised=10, card_plugged=10)
    made = MAKE(cloud, None, server, subnet, GROUP, driver, Nodes("", ()), RUN, deadlines)
    address = str(next(made).address)
    assert next(made, "the end") == "the end"
    return address


def view(*addresses: str, sent: int = 0) -> Ipv6View:
    return Ipv6View(frozenset(addresses), frozenset(), 1, frozenset(), sent)


@pytest.mark.parametrize("answer", [None, ConnectTimeout("timed out")])
def test_the_address_of_its_port_is_waited_for_and_the_card_taken_out_again(
    answer: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(answer=answer)
    assert lent(monkeypatch, cloud, view(LINK), view(LINK), view(LINK, OWN)) == OWN
    assert not cloud.cards + cloud.ports


@pytest.mark.parametrize(
    ("answer", "asks", "reason"),
    [
        (HttpException("no more PCI slots"), True, "Nova gives a running server no second card here: .*PCI slots"),
        (None, False, "no DHCPv6 client"),
        (None, True, "asked nobody"),
    ],
)
def test_an_image_or_a_hypervisor_that_cannot_is_no_fault_of_the_clouds(
    answer: Exception | None, asks: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(answer=answer)
    with pytest.raises(pytest.skip.Exception, match=reason):
        lent(monkeypatch, cloud, view(LINK), asks=asks)
    assert not cloud.cards + cloud.ports


@pytest.mark.parametrize(
    ("driver", "where"), [(linuxbridge.DRIVER, "restart neutron-dhcp-agent"), (ovn.DRIVER, "dhcpv6_options")]
)
def test_a_guest_that_asked_and_got_nothing_is_the_clouds_fault(
    driver: Any, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud()
    told = rf"to be given {OWN}, which Neutron chose .* by DHCPv6: not within 10 s.*{where}"
    with pytest.raises(WaitFailed, match=told):
        lent(monkeypatch, cloud, view(LINK), view(LINK, sent=3), driver=driver)
    assert not cloud.cards + cloud.ports


def test_a_port_that_is_never_wired_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(status="DOWN")
    with pytest.raises(WaitFailed, match=r"port p1, which server s1 was given .* to be ACTIVE: not within"):
        lent(monkeypatch, cloud, view(LINK))
    assert not cloud.cards + cloud.ports
