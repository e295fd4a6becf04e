from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.proven import Proven
from fixtures.network import dhcpv6_server
from fixtures.nodes.no_answer import NoAnswer

# `ss -lun` in a DHCP namespace: dnsmasq of a network with DHCPv6, and of one without
SERVED = """\
State    Recv-Q   Send-Q                     Local Address:Port      Peer Address:Port
UNCONN   0        0                                      *:547                   *:*
UNCONN   0        0        [fe80::f816:3eff:fe00:1%tap0]:53              [::]:*
"""
UNSERVED = """\
State    Recv-Q   Send-Q     Local Address:Port      Peer Address:Port
UNCONN   0        0                0.0.0.0:67             0.0.0.0:*
"""


def node(namespaces: str, shown: str | Exception, *, has_agent: bool = True) -> Any:
    def run(command: str, *_: str) -> Any:
        if command == "ip netns list":
            return SimpleNamespace(stdout=namespaces)
        if isinstance(shown, Exception):
            raise shown
        return SimpleNamespace(succeeded=bool(shown), stdout=shown)

    return SimpleNamespace(name="network1", host=SimpleNamespace(run=run), has=lambda _: has_agent)


@pytest.mark.parametrize(
    ("there", "is_lacking"),
    [
        (node("qdhcp-n1 (id: 2)\n", SERVED), False),
        (node("qdhcp-n1 (id: 2)\n", UNSERVED), True),
        (node("qdhcp-n1\n", ""), False),  # no ss, or it went away meanwhile
        (node("qdhcp-n2\n", UNSERVED), False),  # another node has the network
        (node("qdhcp-n1\n", UNSERVED, has_agent=False), False),
        (node("qdhcp-n1\n", NoAnswer("network1", "no answer")), False),
    ],
)
def test_a_namespace_where_nobody_listens_is_the_cause(there: Any, is_lacking: bool) -> None:
    nodes: Any = SimpleNamespace(with_roles=lambda _: [there])
    assert dhcpv6_server.nodes_without_server(nodes, "n1") == (["network1"] if is_lacking else [])
    fix = dhcpv6_server.fix_of_dhcpv6(nodes, "n1", "check the agent")
    assert isinstance(fix, Proven) is is_lacking
    assert fix.startswith("in qdhcp-n1 on network1 nobody listens on UDP port 547: " if is_lacking else "check the")
