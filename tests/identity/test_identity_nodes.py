import pytest

from fixtures.catalogue import Endpoint, http_statuses
from fixtures.nodes import Node


@pytest.mark.req("KEY-1")
def test_every_service_answers_the_node(
    node: Node, public_endpoints: list[Endpoint], subtests: pytest.Subtests
) -> None:
    """Each service of the catalogue answers on its public endpoint when a node asks."""
    statuses = http_statuses(node, [endpoint.url for endpoint in public_endpoints])
    for endpoint in public_endpoints:
        with subtests.test(endpoint.service):
            status = statuses[endpoint.url]
            assert 0 < status < 500, (
                f"{node.name} asked {endpoint.service} at {endpoint.url}: {status or 'no connection'}. "
                f"Mend: name and route of that host on {node.name} (/etc/hosts), the firewall on that host"
            )
