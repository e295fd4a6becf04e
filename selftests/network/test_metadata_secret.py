from importlib import import_module
from typing import Any

import pytest

from fixtures.core.known_secrets import hide_known
from fixtures.network import metadata_secret as secrets
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from selftests.nodes.known_nodes import known_node

CHECK: Any = import_module("tests.network.test_network_nodes").test_metadata_agent_has_novas_secret
NOVA = "[neutron]\nservice_metadata_proxy = true\nmetadata_proxy_shared_secret = {}\n"
AGENT = "[DEFAULT]\nmetadata_proxy_shared_secret = {}\n"
SECRET = "s9Kx-the-lab-2041"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """By the service what its file says."""
    there: dict[str, str] = {}

    def read(_: Node, name: str) -> EffectiveConfig:
        return EffectiveConfig(f"{name}.service", {f"/etc/{name}.ini": there[name]})

    monkeypatch.setattr(secrets, "effective_config", read)
    return there


def of_agent(*running: str) -> secrets.MetadataSecret:
    make: Any = secrets.metadata_secret
    found: secrets.MetadataSecret = make.__wrapped__(known_node("compute1", running=running))
    return found


def of_nova(node: Node | None = None) -> list[secrets.MetadataSecret]:
    make: Any = secrets.nova_metadata_secrets
    controller = known_node("controller", running=["nova-scheduler"]).in_roles(["controller"])
    found: list[secrets.MetadataSecret] = make.__wrapped__(node or controller, Nodes("controller", (controller,)))
    return found


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("", "compute1"),
        ("nova_metadata_host = 127.0.0.1\n", "compute1"),
        ("nova_metadata_ip = 10.0.0.101\n", "compute1"),
        ("nova_metadata_host = compute1\n", "compute1"),
        ("nova_metadata_host = controller\n", "controller"),
    ],
)
def test_the_agent_of_a_node_with_a_metadata_api_has_that_ones_secret(
    asked: str, where: str, files: dict[str, str]
) -> None:
    """Charmed OpenStack has one on each compute node."""
    files |= {"nova-scheduler": NOVA.format(SECRET), "nova-compute": NOVA.format("own-Secret-31")}
    files["neutron-ovn-metadata-agent"] = AGENT.format("own-Secret-31") + asked
    running = ["neutron-ovn-metadata-agent", "nova-compute"]
    node = known_node("compute1", running=running, addresses=["10.0.0.101"])
    assert [each.node for each in of_nova(node)] == [where]


def test_a_compute_node_without_a_metadata_api_has_the_controllers_secret(files: dict[str, str]) -> None:
    files |= {"nova-scheduler": NOVA.format(SECRET), "nova-compute": "[neutron]\n"}
    files["neutron-ovn-metadata-agent"] = AGENT.format(SECRET)
    node = known_node("compute1", running=["neutron-ovn-metadata-agent", "nova-compute"])
    assert [each.node for each in of_nova(node)] == ["controller"]


@pytest.mark.parametrize("agent", ["neutron-metadata-agent", "neutron-ovn-metadata-agent"])
def test_another_secret_than_novas_is_told_without_it(agent: str, files: dict[str, str]) -> None:
    files["nova-scheduler"], files[agent] = NOVA.format(SECRET), AGENT.format(SECRET)
    CHECK(known_node("compute1"), of_agent(agent), of_nova())
    files[agent] = AGENT.format("another-Secret-77")
    with pytest.raises(AssertionError) as raised:
        CHECK(known_node("compute1"), of_agent(agent), of_nova())
    told = str(raised.value)
    assert f"compute1: [DEFAULT] metadata_proxy_shared_secret in /etc/{agent}.ini:2 is not [neutron]" in told
    assert "metadata_proxy_shared_secret in /etc/nova-scheduler.ini:3 of controller" in told
    assert told.splitlines()[0].endswith(f"then systemctl restart {agent}.service")
    assert SECRET not in told and "another-Secret-77" not in told
    assert hide_known(f"{SECRET} another-Secret-77", "***") == "*** ***"


def test_an_agent_that_is_told_none_has_another(files: dict[str, str]) -> None:
    files["nova-scheduler"], files["neutron-metadata-agent"] = NOVA.format(SECRET), "[DEFAULT]\n"
    with pytest.raises(AssertionError, match=r"in what neutron-metadata-agent\.service reads \(it has none\) is not"):
        CHECK(known_node("network1"), of_agent("neutron-metadata-agent"), of_nova())


def test_without_an_agent_or_novas_side_nothing_is_said(files: dict[str, str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="compute1: no metadata agent"):
        of_agent("ovn-controller")
    files["neutron-ovn-agent"] = "[DEFAULT]\n"
    with pytest.raises(pytest.skip.Exception, match="compute1: no metadata agent"):
        of_agent("neutron-ovn-agent")
    files["neutron-ovn-agent"] = f"{AGENT.format(SECRET)}[agent]\nextensions = metadata\n"
    assert of_agent("neutron-ovn-agent").secret == SECRET
    for told in ("[neutron]\n", NOVA.format(SECRET).replace("true", "false"), NOVA.format("")):
        files["nova-scheduler"] = told
        with pytest.raises(pytest.skip.Exception, match=r"no nova\.conf of a given controller has"):
            of_nova()
