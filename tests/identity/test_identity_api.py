import pytest
from openstack.connection import Connection

from fixtures.catalogue import Endpoint, http_status
from fixtures.cloud import refusal


@pytest.mark.req("KEY-1")
def test_operator_gets_a_token(operator: Connection) -> None:
    """The operator's credentials open a session (`. keystonerc_admin`)."""
    reason = refusal(operator)
    assert not reason, f"Keystone refuses the operator: {reason}. Mend: check the password in clouds.yaml"


@pytest.mark.req("KEY-1")
def test_member_gets_a_token(cloud: Connection) -> None:
    """The member's credentials open a session (`. keystonerc_demo`)."""
    reason = refusal(cloud)
    assert not reason, (
        f"Keystone refuses the member: {reason}. Mend: openstack role assignment list --names, and Keystone's log"
    )


@pytest.mark.req("KEY-1")
def test_every_service_answers_the_runner(public_endpoints: list[Endpoint], subtests: pytest.Subtests) -> None:
    """Each service of the catalogue answers on its public endpoint when we ask."""
    for endpoint in public_endpoints:
        with subtests.test(endpoint.service):
            status = http_status(endpoint.url)
            assert 0 < status < 500, (
                f"the runner asked {endpoint.service} at {endpoint.url}: {status or 'no connection'}. "
                "Mend: start the service's API and read its log, or openstack endpoint set --url"
            )
