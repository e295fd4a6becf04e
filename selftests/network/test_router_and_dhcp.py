"""What the checks of routers and DHCP say where Neutron's agents leave them alone."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.network import Network
from openstack.network.v2.router import Router

from fixtures.cloud.agents import Agents
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed
from fixtures.nodes.restarting import Restarting

api = import_module("tests.network.test_network_api")
ROUTER = Router(id="r1")


def l3_agents(**modes: str) -> Any:
    return [SimpleNamespace(host=host, configuration={"agent_mode": mode}) for host, mode in modes.items()]


@pytest.mark.parametrize("agents", [l3_agents(network1="legacy", compute1="dvr"), l3_agents(network1="dvr_snat"), []])
def test_an_agent_takes_the_router_or_there_is_none_at_all(agents: Any) -> None:
    api.test_an_l3_agent_takes_the_router(ROUTER, False, agents, Restarting())


def test_agents_that_take_distributed_routers_alone_are_told() -> None:
    agents = l3_agents(network1="dvr", compute1="dvr_no_external")
    told = r"takes router r1, .* agent_mode is compute1: dvr_no_external, network1: dvr\. Fix: .* agent_mode = legacy"
    with pytest.raises(AssertionError, match=told):
        api.test_an_l3_agent_takes_the_router(ROUTER, False, agents, Restarting())
    with pytest.raises(pytest.skip.Exception, match="NEU-15"):
        api.test_an_l3_agent_takes_the_router(ROUTER, True, agents, Restarting())


@pytest.mark.parametrize(
    ("statuses", "fix"),
    [([], "agent list --network n1; .* enable_traditional_dhcp = False"), (["DOWN"], "check the Layer 2 agent")],
)
def test_a_network_that_no_agent_serves_is_told_apart(
    statuses: list[str], fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [SimpleNamespace(status=status) for status in statuses]
    monkeypatch.setattr(api, "dhcp_ports", lambda *_: ports)
    words: Any = (None, Network(id="n1"), None, Agents([]), Restarting(), Deadlines(port_active=0))
    with pytest.raises(WaitFailed, match=f"a DHCP port of network n1 .*Fix: .*{fix}"):
        api.test_dhcp_port_is_bound(*words)
