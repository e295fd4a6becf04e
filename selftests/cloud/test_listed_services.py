from types import SimpleNamespace
from typing import Any

from requests import Response

from fixtures.cloud.listed_services import ListedService, listed_services


def answer(*services: tuple[str, str, str]) -> Any:
    """Nova's or Cinder's, of such services: binary, host and state."""
    told = [
        {"binary": binary, "host": host, "state": state, "zone": "nova", "status": "enabled", "updated_at": None}
        for binary, host, state in services
    ]
    return SimpleNamespace(status_code=200, headers={}, json=lambda: {"services": told})


def agent(kind: str, host: str, is_alive: bool = True) -> Any:
    return SimpleNamespace(agent_type=kind, host=host, is_alive=is_alive)


def cloud(nova: Any, agents: Any, cinder: Any) -> Any:
    return SimpleNamespace(
        has_service=lambda _: True,
        compute=SimpleNamespace(get=lambda _: nova),
        network=SimpleNamespace(agents=lambda: agents),
        block_storage=SimpleNamespace(get=lambda _: cinder),
    )


def test_each_api_tells_what_is_on_which_host() -> None:
    nova = answer(("nova-compute", "kvm3", "up"), ("nova-conductor", "infra1", "down"))
    agents = [agent("L3 agent", "net1"), agent("OVN Controller agent", "kvm3"), agent("OVN Metadata agent", "kvm3")]
    agents += [agent("DHCP agent", "net1", is_alive=False), agent("OVN Controller Gateway agent", "gw1")]
    listed = listed_services(cloud(nova, agents, answer(("cinder-volume", "infra1@lvm", "up"))))
    assert listed == [
        ListedService("nova-compute", "kvm3", "Nova lists nova-compute there", True),
        ListedService("nova-conductor", "infra1", "Nova lists nova-conductor there", False),
        ListedService("neutron-l3-agent", "net1", "Neutron lists its L3 agent there", True),
        ListedService("neutron-dhcp-agent", "net1", "Neutron lists its DHCP agent there", False),
        ListedService("ovn-controller", "gw1", "Neutron lists its OVN Controller Gateway agent there", True),
        ListedService("cinder-volume", "infra1", "Cinder lists cinder-volume there", True),
    ]


def test_where_no_chassis_is_marked_as_a_gateway_each_may_be_one() -> None:
    agents = [agent("OVN Controller agent", "net1"), agent("OVN Metadata agent", "kvm3")]
    assert listed_services(cloud(answer(), agents, answer())) == [
        ListedService("ovn-controller", "net1", "Neutron lists its OVN Controller agent there", True)
    ]


def test_one_that_refuses_leaves_the_others() -> None:
    refusal = Response()
    refusal.status_code = 403
    listed = listed_services(cloud(refusal, None, answer(("cinder-volume", "block1@lvm", "up"))))
    assert [each.host for each in listed] == ["block1"]


def test_a_service_that_is_not_in_the_catalogue_is_not_asked() -> None:
    assert listed_services(SimpleNamespace(has_service=lambda _: False)) == []  # type: ignore[arg-type]
