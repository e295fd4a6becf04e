import pytest

from fixtures.broker.broker_faults import descriptors_full, faults_by_alarm, parted
from fixtures.broker.broker_status import BrokerStatus
from fixtures.broker.message import Message
from fixtures.nodes.node import Node


@pytest.mark.req("SVC-4")
def test_broker_takes_messages(controller_node: Node, broker_status: BrokerStatus, subtests: pytest.Subtests) -> None:
    """`rabbitmqctl status`, Alarms: with too little memory or disk it lets services in, and takes nothing of them."""
    for kind, fault in faults_by_alarm(broker_status).items():
        with subtests.test(kind):
            assert not fault, fault


@pytest.mark.req("SVC-4")
def test_broker_has_room_for_connections(controller_node: Node, broker_status: BrokerStatus) -> None:
    """`LimitNOFILE`: each connection takes a file descriptor."""
    fault = descriptors_full(broker_status)
    assert not fault, fault


@pytest.mark.req("SVC-4")
def test_broker_is_not_parted(controller_node: Node, broker_status: BrokerStatus) -> None:
    """`rabbitmqctl cluster_status`, Network Partitions: two halves of a cluster that go on without each other."""
    if broker_status.is_parted is None:
        pytest.skip(f"{broker_status.node}: rabbitmqctl cluster_status did not tell in time of partitions")
    fault = parted(broker_status)
    assert not fault, fault


@pytest.mark.req("SVC-4")
def test_broker_passes_messages_on(messages: list[Message], subtests: pytest.Subtests) -> None:
    """Where no given node has rabbitmqctl to ask: one goes into a queue of its own, and comes back."""
    for message in messages:
        with subtests.test(message.end):
            assert not message.lost, str(message)
            if message.unsent:
                pytest.skip(message.unsent)
