from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.proven import Shown
from fixtures.network import routers_api
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.nodes import NODES, Nodes
from selftests.nodes.known_nodes import known_node


def asked(monkeypatch: pytest.MonkeyPatch, *agents: str, extension: Any = None, is_operator: bool = True) -> None:
    told = {"/etc/neutron/neutron.conf": "[DEFAULT]\nservice_plugins =\n"}
    config = EffectiveConfig("neutron-server.service", told)
    monkeypatch.setattr(routers_api, "neutron_server_config", lambda _: config)
    monkeypatch.setattr(routers_api, "to_restart", lambda _: "systemctl restart neutron-api.service")
    monkeypatch.setattr(routers_api, "is_operator", lambda _: is_operator)
    listed = [SimpleNamespace(agent_type=kind, host="network1") for kind in agents]
    network = SimpleNamespace(find_extension=lambda _: extension, agents=lambda: listed)
    controller = known_node("controller", running=["neutron-server"]).in_roles(["controller"])
    given: Any = SimpleNamespace(stash={NODES: Nodes("controller", (controller,))})
    make: Any = routers_api.routers_api
    make.__wrapped__(given, SimpleNamespace(network=network))


def test_a_neutron_that_routes_is_asked_for_routers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "L3 agent", extension=object())


def test_one_without_the_plugin_is_named_where_something_is_there_to_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """Source: the install guide's option 1, whose neutron.conf has an empty service_plugins."""
    with pytest.raises(Shown) as raised:
        asked(monkeypatch, "L3 agent", "DHCP agent")
    assert str(raised.value) == (
        "Neutron's API has no extension router, so neither routers nor floating IPs, though there is what routes "
        "(network1). Fix: on controller add router to [DEFAULT] service_plugins (/etc/neutron/neutron.conf:2 has "
        "none), then systemctl restart neutron-api.service"
    )
    with pytest.raises(Shown, match=r"routes \(OVN\)\. Fix: on controller add ovn-router to"):
        asked(monkeypatch, "OVN Controller agent")


@pytest.mark.parametrize(("agents", "is_operator"), [(["DHCP agent"], True), (["L3 agent"], False)])
def test_a_cloud_of_provider_networks_alone_needs_none(
    agents: list[str], is_operator: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.skip.Exception, match="this cloud has provider networks alone"):
        asked(monkeypatch, *agents, is_operator=is_operator)


def test_where_no_controller_is_given_its_file_is_named() -> None:
    assert routers_api.to_have_it([], "router").startswith("on the controller add router to [DEFAULT] service_plugins")
