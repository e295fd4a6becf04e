import pytest

from fixtures.broker.broker_queues import Queue, unread
from fixtures.nodes.node import Node


@pytest.mark.req("SVC-4")
def test_no_queue_grows_unread(controller_node: Node, broker_queues: list[Queue], subtests: pytest.Subtests) -> None:
    """`rabbitmqctl list_queues name messages consumers`: what services are to do, and nobody takes out."""
    for queue in (each for each in broker_queues if each.is_unread):
        with subtests.test(queue.name):
            pytest.fail(unread(controller_node.name, queue), pytrace=False)
