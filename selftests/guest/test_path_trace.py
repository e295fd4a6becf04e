from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.guest.path_trace import how_far, stations

WAY = stations("net", "rtr", "172.16.1.5", "203.0.113.7")


def _node(*opening: str) -> Any:
    """A network node on which the SSH port opens from these namespaces to these addresses."""

    def run(command: str, *args: str) -> SimpleNamespace:
        if command.endswith("ip netns list"):
            return SimpleNamespace(stdout="qdhcp-net (id: 0)\nqrouter-rtr (id: 1)\n")
        namespace, address = args[0], args[-2]
        return SimpleNamespace(succeeded=f"{namespace} {address}" in opening, stderr="")

    return SimpleNamespace(name="controller", host=SimpleNamespace(run=run))


@pytest.mark.parametrize(
    ("opening", "suspect"),
    [
        ([], "security group"),
        (["qdhcp-net 172.16.1.5"], "the router's inside port"),
        (["qdhcp-net 172.16.1.5", "qrouter-rtr 172.16.1.5"], "the floating IP's rules"),
        (["qdhcp-net 172.16.1.5", "qrouter-rtr 172.16.1.5", "qrouter-rtr 203.0.113.7"], "the provider network"),
    ],
)
def test_suspect_is_where_the_packet_is_first_lost(opening: list[str], suspect: str) -> None:
    assert suspect in how_far([_node(*opening)], WAY).partition("look at ")[2]


def test_without_namespaces_the_l3_agent_is_the_suspect() -> None:
    bare = SimpleNamespace(host=SimpleNamespace(run=lambda _: SimpleNamespace(stdout="")))
    nodes: Any = [bare]
    assert "neutron-l3-agent" in how_far(nodes, WAY)
