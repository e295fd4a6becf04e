import pytest

from fixtures.broker.rpc_services import RpcService, RpcServices
from fixtures.broker.transport_url import MISWRITTEN, UNSET, Broker, parse


def rpc_service(node: str, service: str, url: str, *addresses: str) -> RpcService:
    return RpcService(
        node, service, f"{service}.service", "x.conf", parse(url), frozenset((a, 5672) for a in addresses)
    )


def test_a_plain_url_is_read() -> None:
    assert parse("rabbit://openstack:guessme@controller") == Broker(
        (("controller", 5672),), "openstack", "/", password="guessme"
    )


def test_every_host_of_a_cluster_is_read() -> None:
    broker = parse("rabbit://nova:a%2Fb@c1:5671,nova:a%2Fb@[fd00::2]:5671/nova?ssl=1")
    assert broker.hosts == (("c1", 5671), ("fd00::2", 5671))
    assert (broker.user, broker.password, broker.virtual_host, broker.tls) == ("nova", "a/b", "nova", True)


@pytest.mark.parametrize(
    "url", ["rabbit://openstack:gue/ssme@controller", "rabbit://openstack:gue#ssme@c", "rabbit://openstack:[guessme@c"]
)
def test_of_a_miswritten_url_nothing_is_told(url: str) -> None:
    broker = parse(url)
    assert (broker.fault, str(broker)) == (MISWRITTEN, MISWRITTEN)


def test_an_unset_url_is_told() -> None:
    assert parse(None).fault == UNSET


def test_the_password_is_shown_nowhere() -> None:
    broker = parse("rabbit://openstack:guessme@controller")
    assert "guessme" not in repr(broker) + str(broker)


def test_the_same_broker_may_have_two_names() -> None:
    here = rpc_service("controller", "nova-conductor", "rabbit://openstack:x@localhost", "10.0.0.11")
    there = rpc_service("compute1", "nova-compute", "rabbit://openstack:x@controller", "10.0.0.11")
    assert there.agrees_with(here)


def test_localhost_is_another_broker_on_each_node() -> None:
    here = rpc_service("controller", "nova-conductor", "rabbit://openstack:x@localhost", "10.0.0.11")
    there = rpc_service("compute1", "nova-compute", "rabbit://openstack:x@localhost", "10.0.0.101")
    assert not there.agrees_with(here)


@pytest.mark.parametrize("url", ["rabbit://nova:x@controller", "rabbit://openstack:x@controller/other"])
def test_another_user_or_virtual_host_does_not_agree(url: str) -> None:
    here = rpc_service("controller", "nova-conductor", "rabbit://openstack:x@controller")
    there = rpc_service("compute1", "nova-compute", url)
    assert there.meets(here) and not there.agrees_with(here)


def test_without_its_control_service_a_project_goes_by_the_most() -> None:
    most = [rpc_service(f"compute{i}", "nova-compute", "rabbit://openstack:x@controller") for i in (1, 2)]
    stray = rpc_service("compute3", "nova-compute", "rabbit://openstack:x@old")
    assert RpcServices((stray, *most)).reference_for(stray) == most[0]


def test_each_cell_may_have_a_broker_of_its_own() -> None:
    urls = {cell: f"rabbit://openstack:x@{cell}" for cell in ("cell1", "cell2")}
    conductors = [rpc_service(f"{cell}-control", "nova-conductor", url) for cell, url in urls.items()]
    computes = [rpc_service(f"{cell}-compute", "nova-compute", url) for cell, url in urls.items()]
    services = RpcServices((*conductors, *computes))
    assert [services.reference_for(each) for each in computes] == conductors
    assert [services.reference_for(each) for each in conductors] == conductors


def test_a_control_service_that_nobody_agrees_with_is_the_one_that_is_wrong() -> None:
    right = [rpc_service(name, "nova-conductor", "rabbit://openstack:x@controller") for name in ("c1", "c2")]
    wrong = rpc_service("c3", "nova-conductor", "rabbit://openstack:x@old")
    compute = rpc_service("compute1", "nova-compute", "rabbit://openstack:x@controller")
    services = RpcServices((*right, wrong, compute))
    assert services.reference_for(wrong) == right[0]
    stray = rpc_service("compute2", "nova-compute", "rabbit://openstack:x@other")
    assert RpcServices((*right, wrong, stray)).reference_for(stray) == right[0]
