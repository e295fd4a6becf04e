from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.proven import Proven
from fixtures.network import radvd
from fixtures.network.drivers import linuxbridge
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.nodes import Nodes

NODES = Nodes("", ())
FILE = "/srv/neutron/ra/r1.radvd.conf"


def routing(shown: str | Exception, *files: str) -> Any:
    """A node with an L3 agent that shows this of its namespaces and processes, and has these files."""

    def look(*_: str) -> Any:
        if isinstance(shown, Exception):
            raise shown
        return SimpleNamespace(stdout=shown)

    inside = SimpleNamespace(try_run=lambda _, file: SimpleNamespace(succeeded=file in files))
    return SimpleNamespace(
        name="network1", host=SimpleNamespace(try_run=look), service=lambda _: SimpleNamespace(host=inside)
    )


@pytest.mark.parametrize(
    ("there", "is_lacking"),
    [
        (routing("namespace\nradvd\n"), False),
        (routing("namespace\n"), True),
        (routing("radvd\n", FILE), False),  # on its way: the namespace is made anew
        (routing("", FILE), True),  # the agent has given the router up
        (routing(""), False),  # another node has the router
        (routing(NoAnswer("network1", "no answer")), False),
    ],
)
def test_a_router_that_the_agent_gave_up_had_no_radvd(
    there: Any, is_lacking: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = EffectiveConfig(
        "neutron-l3-agent.service", {"/etc/neutron.conf": "[DEFAULT]\nstate_path = /srv/neutron\n"}
    )
    monkeypatch.setattr(radvd, "routing_nodes", lambda _: [there])
    monkeypatch.setattr(radvd, "effective_config", lambda *_: config)
    assert radvd.nodes_without_radvd(NODES, "r1") == (["network1"] if is_lacking else [])
    fix = radvd.fix_of_advertisements(NODES, "r1", linuxbridge.DRIVER, "restart what routes")
    assert isinstance(fix, Proven) is is_lacking
    assert fix.startswith("no radvd runs for it on network1: " if is_lacking else "restart what routes")
