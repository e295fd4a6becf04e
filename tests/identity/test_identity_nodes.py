from functools import partial

import pytest
from openstack.connection import Connection

from fixtures.identity.endpoints import Endpoint, answers, http_statuses, reached_inside
from fixtures.identity.login_endpoints import endpoint_of, unfound
from fixtures.identity.login_refusal import other_project, place, refusal, role_missing
from fixtures.identity.login_users import explained
from fixtures.identity.logins import Login
from fixtures.identity.service_apis import why_silent
from fixtures.identity.token_caches import Server
from fixtures.nodes.listeners import Listeners
from fixtures.nodes.namespaces import why_closed
from fixtures.nodes.node import Node
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("KEY-1")
def test_every_service_answers_the_node(
    node: Node,
    public_endpoints: list[Endpoint],
    internal_endpoints: list[Endpoint],
    restarting: Restarting,
    listeners: Listeners,
    subtests: pytest.Subtests,
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
            reach = f"name and route of that host on {node.name} (/etc/hosts), the firewall on that host"
            said, fix = why_silent(endpoint, status, reach, restarting, listeners)
            assert answers(status), f"{node.name} asked {endpoint.service} at {endpoint.url}: {said}. Fix: {fix}"


@pytest.mark.req("KEY-1")
def test_memcached_opens(
    controller_node: Node,
    token_caches: dict[Server, str],
    restarting: Restarting,
    listeners: Listeners,
    subtests: pytest.Subtests,
) -> None:
    """`memcached_servers = controller:11211`: without it each request to a service waits for Keystone."""
    for server, named_in in token_caches.items():
        with subtests.test(server.host):
            reason = why_closed(controller_node.host.run, server.host, server.port)
            if not reason:
                continue
            listening = listeners.of(server.host, server.port)
            restart = f"systemctl enable memcached; {restarting.of('memcached', server.host)}"
            otherwise = f"{restart}; let {controller_node.name} in (firewall)"
            pytest.fail(
                f"{controller_node.name} cannot open {server.host}:{server.port}, the memcached of {named_in}: "
                f"{reason}{listening}. "
                f"Fix: {listening.to_open('memcached', restart, otherwise)}",
                pytrace=False,
            )


@pytest.mark.req("SVC-1")
def test_services_log_in(node_logins: list[Login], given_cloud: Connection, subtests: pytest.Subtests) -> None:
    """`[neutron] username = neutron` and its password: Keystone gives each service a token, asked from its node."""
    for login in node_logins:
        with subtests.test(login.name):
            refused = refusal(login, partial(explained, given_cloud))
            assert not refused, refused
            if login.why_untried:
                pytest.skip(login.why_untried)


@pytest.mark.req("SVC-1")
def test_services_may_do_their_part(node_logins: list[Login], subtests: pytest.Subtests) -> None:
    """`openstack role add --project service --user nova admin`: in the project that the section names."""
    for login in node_logins:
        with subtests.test(login.name):
            wrong = other_project(login, login.token) or role_missing(login, login.token)
            assert not wrong, wrong


@pytest.mark.req("SVC-1")
def test_services_find_each_other(
    node_logins: list[Login], login_endpoints: dict[str, int], subtests: pytest.Subtests
) -> None:
    """`[placement] region_name = RegionOne`: the service that a section is for is in the catalogue, and answers."""
    for login in node_logins:
        with subtests.test(login.name):
            missing = unfound(login, login.token)
            assert not missing, missing
            url = endpoint_of(login)
            assert not url or login_endpoints[url], (
                f"{place(login, 'endpoint_override')}: {url}, which the services take, does not answer {login.node}. "
                f"Fix: name and route of that host on {login.node} (/etc/hosts), the firewall on that host; where it "
                f"is the wrong one, valid_interfaces or endpoint_override in [{login.section.name}]"
            )
