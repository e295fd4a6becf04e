from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.report_interval import silence
from selftests.nodes.known_nodes import known_node

FILES = {
    "slow": "[DEFAULT]\nreport_interval = 120\n",
    "usual": "[DEFAULT]\n",
    "odd": "[DEFAULT]\nreport_interval = x\n",
}


def config_of(node: Node) -> EffectiveConfig | None:
    if node.name == "closed":
        raise PermissionError
    return (
        EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": FILES[node.name]})
        if node.name in FILES
        else None
    )


def silence_on(*names: str) -> float | None:
    return silence(Nodes("some", tuple(known_node(name).in_roles(["compute"]) for name in names)), config_of)


def test_the_slowest_says_how_long_all_may_be_silent() -> None:
    assert silence_on("usual") == 30
    assert silence_on("usual", "slow", "closed", "odd") == 360


def test_where_no_file_could_be_read_nobody_knows() -> None:
    assert silence_on("closed", "without", "odd") is None
    assert silence_on() is None
