import pytest

from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting
from selftests.nodes.known_nodes import known_node


@pytest.mark.parametrize(
    ("distribution", "unit"),
    [
        ("debian", "neutron-dhcp-agent.service"),
        ("devstack", "devstack@q-dhcp.service"),
        ("kolla", "kolla-neutron_dhcp_agent-container.service"),
    ],
)
def test_a_service_goes_by_the_name_of_its_unit_there(distribution: str, unit: str) -> None:
    there = known_node("net1", distribution, stopped=["neutron-dhcp-agent"], hostname="net1.example.org")
    asked = Restarting((known_node("kvm1", distribution, running=["nova-compute"]), there))
    wanted = f"on net1, systemctl restart {unit}, and read journalctl -u {unit} -n 50"
    assert asked.of("neutron-dhcp-agent") == asked.of("neutron-dhcp-agent", "net1") == wanted
    assert asked.log_of("neutron-dhcp-agent", "net1") == f"journalctl -u {unit} -n 50"


def test_a_host_is_found_by_its_address_too() -> None:
    asked = Restarting((known_node("infra1", running=["rabbitmq"], addresses=["10.0.0.11"]),))
    assert asked.log_of("rabbitmq", "10.0.0.11") == "journalctl -u rabbitmq-server.service -n 50"
    assert asked.log_of("rabbitmq", "10.0.0.12") == "rabbitmq's log"


def test_on_a_host_that_is_not_given_it_goes_by_its_own_name() -> None:
    asked = Restarting((known_node("net1", running=["neutron-dhcp-agent"]),))
    assert asked.of("neutron-dhcp-agent", "net2") == "on net2, restart neutron-dhcp-agent, and read its log"
    assert asked.of("nova-consoleauth") == "restart nova-consoleauth, and read its log"
    assert Restarting().of("cinder-scheduler") == "restart cinder-scheduler, and read its log"


def test_of_many_nodes_a_few_are_named() -> None:
    nodes = tuple(known_node(f"infra{number}", running=["nova-scheduler"]) for number in range(9))
    assert Restarting(nodes).of("nova-scheduler").count("systemctl restart nova-scheduler.service") == 3


def test_a_silent_node_keeps_no_message_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(node: Node) -> str:
        raise NoAnswer(node.name, "it did not answer")

    monkeypatch.setattr(Node, "hostname", property(silent))
    asked = Restarting((known_node("net1", running=["neutron-dhcp-agent"]),))
    assert asked.of("neutron-dhcp-agent", "net1") == "on net1, restart neutron-dhcp-agent, and read its log"
