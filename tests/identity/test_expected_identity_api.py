from collections.abc import Mapping

import pytest
from openstack.connection import Connection

from fixtures.identity.expected_listing import why_unlisted


@pytest.mark.req("SVC-2")
def test_expected_services_are_in_the_catalogue(
    expected_services: list[str],
    given_cloud: Connection,
    unlisted_services: Mapping[str, str],
    subtests: pytest.Subtests,
) -> None:
    """Whatever the cloud's file expects is there, where the checks of a missing service would be skipped."""
    for kind in expected_services:
        with subtests.test(kind):
            if told := why_unlisted(given_cloud, kind, unlisted_services):
                pytest.fail(told, pytrace=False)
