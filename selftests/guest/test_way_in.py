from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.floating_ip import FloatingIP
from openstack.network.v2.subnet import Subnet

from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import Proven, Shown
from fixtures.guest import way_in as guest_way_in
from fixtures.guest.login import Login, logged_in_at, ssh_config
from fixtures.guest.ping import CannotAsk
from fixtures.guest.ssh_routes import FromNamespace, FromNode, FromRunner, PastRouter, WayIn, address_on
from fixtures.guest.way_in import named, outside_way_in, source_addresses, ssh_routes_to, that_open
from fixtures.network.drivers import ovn
from fixtures.nodes.namespaces import Namespace
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.nodes import NODES, Nodes
from fixtures.nodes.ssh import SharedSsh

LOST = "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n"


def way_in(rc: int, stdout: str = "", stderr: str = "") -> FromNamespace:
    answer = SimpleNamespace(rc=rc, stdout=stdout, stderr=stderr)
    node: Any = SimpleNamespace(name="controller", host=SimpleNamespace(run=lambda *_: answer))
    return FromNamespace(Namespace(node, "qrouter-1"))


def test_an_answer_and_none_are_told_apart() -> None:
    assert way_in(0).pings("203.0.113.7")
    assert not way_in(1, LOST).pings("203.0.113.7")


def test_who_may_not_enter_the_namespace_is_not_refused_by_the_guest() -> None:
    way = way_in(1, stderr='setting the network namespace "qrouter-1" failed: Operation not permitted\n')
    with pytest.raises(CannotAsk, match=r"qrouter-1 on controller: ping sent nothing: setting .* Fix: log in .* root"):
        way.pings("203.0.113.7")


@pytest.mark.parametrize("address", ["203.0.113.7; touch ran", "-oProxyCommand=touch ran", "$(touch ran)", "a\nb", ""])
def test_what_is_no_address_gets_into_no_configuration_of_ssh(address: str, tmp_path: Path) -> None:
    login = Login("cirros", tmp_path / "key", FromRunner())
    refused = pytest.raises(ValueError, match=r"^the API tells '.*' where an address belongs\. Fix: .*$")
    with refused, logged_in_at(login, address, tmp_path, Deadlines()):
        pass
    assert [*tmp_path.iterdir()] == []


def test_a_value_is_one_line_of_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot hold the line break"):
        ssh_config(Login("cirros\nProxyCommand touch ran", tmp_path / "key", FromRunner()), "203.0.113.7")


# A multi-node DevStack: br-ex of its first node is the gateway, and guests are on two. Source:
# https://docs.openstack.org/devstack/latest/guides/multinode-lab.html; the namespaces as `ip netns list` shows them,
# https://docs.openstack.org/neutron/latest/contributor/internals/ovn/metadata_api.html
NAMESPACES = {"devstack": "ovnmeta-net (id: 0)\novnmeta-other (id: 1)\n", "compute2": "ovnmeta-net\n", "compute3": ""}
FLOATING = FloatingIP(floating_ip_address="172.24.4.7", fixed_ip_address="172.16.1.5", router_id="rtr")


def node(name: str, *opening: str, silent: bool = False) -> Any:
    """One from which the SSH port opens by these addresses, or by NAMESPACE ADDRESS."""

    def run(command: str, *args: str) -> SimpleNamespace:
        if silent:
            raise NoAnswer(name, "no route to host")
        if command.endswith("ip netns list"):
            return SimpleNamespace(stdout=NAMESPACES.get(name, ""))
        words = f"{args[0]} {args[-2]}" if command.startswith("ip netns") else args[-2]
        return SimpleNamespace(succeeded=words in opening, stderr="")

    host = SimpleNamespace(run=run, backend=SharedSsh(name, controlpath="/tmp/none"))
    return SimpleNamespace(name=name, roles={"compute", "network"}, host=host, addresses={"192.168.42.11"})


def given(*nodes: Any) -> Nodes:
    return Nodes("", tuple(nodes))


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that open from the runner."""
    opening: list[str] = []
    monkeypatch.setattr(FromRunner, "opens", lambda _, address, port: address in opening)
    return opening


def names(ways: list[WayIn]) -> list[str]:
    return list(map(str, ways))


def test_a_node_outside_is_a_way_to_a_floating_ip(runner: list[str]) -> None:
    past, through = ssh_routes_to("net", "rtr", given(node("devstack", "172.24.4.7"), node("compute2")))
    assert names(that_open([*past, *through], FLOATING)) == ["from devstack"]
    assert address_on(through[0], FLOATING) == "172.24.4.7"


def test_the_runner_is_taken_where_it_may_be(runner: list[str]) -> None:
    runner.append("172.24.4.7")
    past, through = ssh_routes_to("net", "rtr", given(node("devstack", "172.24.4.7", "ovnmeta-net 172.16.1.5")))
    assert names(that_open([*past, *through], FLOATING)) == ["from the runner"]


def test_past_the_router_the_fixed_address_is_meant(runner: list[str]) -> None:
    nodes = given(node("devstack"), node("compute2", "ovnmeta-net 172.16.1.5"), node("compute3"))
    past, through = ssh_routes_to("net", "rtr", nodes)
    assert names(past) == ["past the router, from ovnmeta-net on devstack or ovnmeta-net on compute2"]
    assert that_open([*past, *through], FLOATING) == past
    assert that_open(through, FLOATING) == []
    assert address_on(past[0], FLOATING) == "172.16.1.5"
    proxy = past[0].proxy_command("172.16.1.5")
    assert proxy and " compute2 " in proxy


def test_without_ovn_there_is_no_way_past_the_router(runner: list[str]) -> None:
    assert ssh_routes_to("elsewhere", "rtr", given(node("devstack")))[0] == []


def test_a_node_that_is_silent_is_no_way(runner: list[str]) -> None:
    nodes = given(node("devstack", silent=True), node("compute2", "172.24.4.7"))
    past, through = ssh_routes_to("net", "rtr", nodes)
    assert names(that_open([*past, *through], FLOATING)) == ["from compute2"]


def test_of_many_ways_a_few_are_named() -> None:
    ways: list[WayIn] = [*(FromNode(node(f"n{number}")) for number in range(9)), FromRunner()]
    assert named(ways) == "from n6 or from n7 or from n8 or from the runner or 6 others"


class Neutron:
    """As much of it as tells of a router's outer port; it hides it from whoever is no operator."""

    def __init__(self, *, hides: bool) -> None:
        self.hides = hides
        self.network = self

    def ports(self, device_owner: str, **_: str) -> list[Any]:
        shown = [] if self.hides or device_owner != "network:router_gateway" else ["fa:16:3e:00:00:02"]
        return [SimpleNamespace(id="gw", mac_address=mac) for mac in shown]


HIDING = Neutron(hides=True)


def judged(way: WayIn, *held: str, subnets: tuple[str, ...] = ("172.24.4.0/24",), cloud: Neutron = HIDING) -> Any:
    """What outside_way_in makes of a way, where a given node has these addresses."""
    there = node("devstack")
    there.addresses = set(held)
    config: Any = SimpleNamespace(stash={NODES: given(there)})
    make = outside_way_in._get_wrapped_function()
    there_outside = [Subnet(cidr=cidr, gateway_ip="172.24.4.1") for cidr in subnets]
    return make(config, cloud, way, FLOATING, there_outside, ovn.DRIVER)


PAST = PastRouter((Namespace(node("compute2"), "ovnmeta-net"),))


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runner's own addresses; in no external network."""
    own = ["198.51.100.9"]
    monkeypatch.setattr(guest_way_in, "source_addresses", lambda _: own)
    return own


def test_a_way_through_the_floating_ip_proves_it() -> None:
    assert judged(FromRunner(), "172.24.4.1") == FromRunner()


@pytest.mark.parametrize("subnets", [("172.24.4.0/24",), ()])
def test_past_the_router_nothing_is_proved(subnets: tuple[str, ...]) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"proves neither floating IP nor router.*172.24.4.7"):
        judged(PAST, "192.168.42.11", subnets=subnets)


def test_a_floating_ip_that_is_closed_even_to_its_own_network_is_a_failure() -> None:
    words = r"not even to the nodes .*172.24.4.1.*Fix: .*ovn-nbctl --no-leader-only lr-nat-list neutron-rtr"
    with pytest.raises(AssertionError, match=words):
        judged(PAST, "192.168.42.11", "172.24.4.1")


def test_it_is_one_too_where_the_runner_itself_is_in_that_network(elsewhere: list[str]) -> None:
    elsewhere[:] = ["172.24.4.1"]
    with pytest.raises(AssertionError, match=r"not even to the nodes \{'\(this machine\)': \['172.24.4.1'\]\}"):
        judged(PAST, "192.168.42.11")


@pytest.mark.parametrize(
    ("told", "kind"),
    [("", AssertionError), ("by OVN's databases it arrives", AssertionError), (Proven("it ends in X"), Shown)],
)
def test_where_ovn_itself_ends_it_that_is_the_cause(
    told: str, kind: type[AssertionError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_way_in, "way_of", lambda *_: told)
    with pytest.raises(AssertionError) as failed:
        judged(PAST, "172.24.4.1", cloud=Neutron(hides=False))
    assert type(failed.value) is kind
    assert f"Fix: {told}" in str(failed.value)


def test_the_runners_own_address_is_that_of_its_way_there() -> None:
    assert source_addresses("127.0.0.7") == ["127.0.0.1"]
    assert source_addresses("300.0.0.1") == []
