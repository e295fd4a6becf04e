import pytest

from fixtures.identity.endpoints import Endpoint, answers, http_statuses, reached_inside
from fixtures.identity.token_caches import Server
from fixtures.nodes.namespaces import why_closed
from fixtures.nodes.nodes import Node


@pytest.mark.req("KEY-1")
def test_every_service_answers_the_node(
    node: Node, public_endpoints: list[Endpoint], internal_endpoints: list[Endpoint], subtests: pytest.Subtests
) -> None:
    """Each service of the catalogue answers on its public endpoint when a node asks."""
    statuses = http_statuses(node, [endpoint.url for endpoint in public_endpoints])
    inside = reached_inside(node, internal_endpoints, [each for each in public_endpoints if not statuses[each.url]])
    for endpoint in public_endpoints:
        with subtests.test(endpoint.service):
            status = statuses[endpoint.url]
            if not status and endpoint.service in inside:
                pytest.skip(
                    f"{node.name} has no way to {endpoint.url}; services ask {inside[endpoint.service]}, which answers"
                )
            assert answers(status), (
                f"{node.name} asked {endpoint.service} at {endpoint.url}: {status or 'no connection'}. "
                f"Fix: name and route of that host on {node.name} (/etc/hosts), the firewall on that host"
            )


@pytest.mark.req("KEY-1")
def test_memcached_opens(controller_node: Node, token_caches: dict[Server, str], subtests: pytest.Subtests) -> None:
    """`memcached_servers = controller:11211`: without it each request to a service waits for Keystone."""
    for server, named_in in token_caches.items():
        with subtests.test(server.host):
            reason = why_closed(controller_node.host.run, server.host, server.port)
            assert not reason, (
                f"{controller_node.name} cannot open {server.host}:{server.port}, the memcached of {named_in}: "
                f"{reason}. Fix: on {server.host}, enable and start memcached; in its memcached.conf (RDO: "
                f"/etc/sysconfig/memcached) -l with an address that {controller_node.name} reaches"
            )
