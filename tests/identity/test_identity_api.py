import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection

from fixtures.cloud.connection import refusal
from fixtures.identity.anonymous import Anonymous
from fixtures.identity.endpoint_judgement import EndpointAnswer
from fixtures.identity.endpoints import Endpoint, answers
from fixtures.identity.lost_endpoints import LostEndpoints
from fixtures.identity.service_apis import why_silent
from fixtures.nodes.listeners import Listeners
from fixtures.nodes.restarting import Restarting

operators_only = pytest.mark.parametrize(
    ("service", "path"),
    [
        ("compute", "/os-services"),
        ("compute", "/os-hypervisors"),
        ("compute", "/servers/detail?all_tenants=1"),
        ("identity", "/users"),
        ("block-storage", "/os-services"),
    ],
)


@pytest.mark.req("KEY-1")
def test_operator_gets_a_token(operator: Connection) -> None:
    """The operator's credentials open a session (`. keystonerc_admin`)."""
    reason = refusal(operator)
    assert not reason, f"Keystone refuses the operator: {reason}. Fix: check the password in clouds.yaml"


@pytest.mark.req("KEY-1")
def test_member_gets_a_token(member: Connection) -> None:
    """The member's credentials open a session (`. keystonerc_demo`)."""
    reason = refusal(member)
    assert not reason, (
        f"Keystone refuses the member: {reason}. Fix: openstack role assignment list --names, and Keystone's log"
    )


@pytest.mark.req("KEY-1")
def test_every_service_answers_the_runner(
    anonymous: Anonymous,
    public_endpoints: list[Endpoint],
    restarting: Restarting,
    listeners: Listeners,
    subtests: pytest.Subtests,
) -> None:
    """Each service of the catalogue answers on its public endpoint when we ask, and proves who it is."""
    for endpoint in public_endpoints:
        with subtests.test(endpoint.service):
            status = anonymous.read(endpoint.url).status
            correct = "start the service's API and read its log, or openstack endpoint set --url"
            said, fix = why_silent(endpoint, status, correct, restarting, listeners)
            assert answers(status), f"the runner asked {endpoint.service} at {endpoint.url}: {said}. Fix: {fix}"


@pytest.mark.req("SVC-2")
def test_every_service_of_the_cloud_is_in_the_catalogue(
    unlisted_services: dict[str, str], subtests: pytest.Subtests
) -> None:
    """`openstack endpoint create --region RegionOne …`: in a region that does not exist nobody looks for it."""
    for kind, told in unlisted_services.items():
        with subtests.test(kind):
            pytest.fail(told, pytrace=False)


@pytest.mark.req("SVC-2")
def test_no_endpoint_is_forgotten_or_astray(lost_endpoints: list[LostEndpoints], subtests: pytest.Subtests) -> None:
    """`regionOne` is another region than `RegionOne`, and `internal` is where services look for each other."""
    for lost in lost_endpoints:
        with subtests.test(lost.kind):
            pytest.fail(str(lost), pytrace=False)


@pytest.mark.req("SVC-2")
@pytest.mark.waits
def test_every_endpoint_is_served_by_its_service(
    endpoint_answers: list[EndpointAnswer], subtests: pytest.Subtests
) -> None:
    """`http://controller:9292` is Glance's, at its internal and its admin endpoint too."""
    for answer in endpoint_answers:
        with subtests.test(answer.name):
            assert not answer.seen, str(answer)
            if answer.why_unknown:
                pytest.skip(answer.why_unknown)


@pytest.mark.req("KEY-2")
@operators_only
def test_member_is_refused_what_is_for_operators(member: Connection, service: str, path: str) -> None:
    """An ordinary member may not list all services, all users, or the servers of all projects."""
    if not member.has_service(service):
        pytest.skip(f"no {service} in the catalogue")
    status = getattr(member, service.replace("-", "_")).get(path).status_code
    assert status == 403, (
        f"a member asked {service} for {path} and got {status}, expected 403. "
        f"Fix: remove what {service}'s policy.yaml (policy.json) grants to members, "
        "and the role admin from members: openstack role assignment list --names"
    )


@pytest.mark.req("KEY-2")
def test_member_does_not_see_another_projects_server(
    other_project: Connection, requested_server: Server, restarting: Restarting
) -> None:
    """A server is there only for its own project."""
    status = other_project.compute.get(f"/servers/{requested_server.id}").status_code
    assert status in {403, 404}, (
        f"a member of another project asked for server {requested_server.id} and got {status}, expected 404. "
        "Fix: remove what Nova's policy.yaml (policy.json) grants to members, such as context_is_admin; "
        f"then {restarting.of('nova-api')}"
    )


@pytest.mark.req("KEY-2")
def test_member_does_not_list_another_projects_server(
    other_project: Connection, requested_server: Server, restarting: Restarting
) -> None:
    """`openstack server list` shows the servers of one's own project."""
    listed = {each.id for each in other_project.compute.servers(details=False)}
    assert requested_server.id not in listed, (
        f"a member of another project lists server {requested_server.id}. "
        f"Fix: remove what Nova's policy.yaml (policy.json) grants to members; then {restarting.of('nova-api')}"
    )
