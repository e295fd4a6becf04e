from urllib.parse import unquote

import requests_mock as mocker

from fixtures.identity.service_users import users_of_services
from selftests.tools import fake_keystone


def test_users_with_a_role_in_the_project_of_the_services_are_listed(requests_mock: mocker.Mocker) -> None:
    keystone = fake_keystone.KEYSTONE
    fake_keystone.keystone(requests_mock, "admin")
    requests_mock.get(f"{keystone}/projects?name=service", json={"projects": [{"id": "p2", "name": "service"}]})
    requests_mock.get(f"{keystone}/projects?name=services", json={"projects": []})
    given = [
        {"user": {"id": "u1", "name": "cinder"}, "role": {"id": "r1"}},
        {"user": {"id": "u2"}, "role": {"id": "r1"}},  # of a directory that does not answer
        {"group": {"id": "g1", "name": "operators"}, "role": {"id": "r1"}},
    ]
    asked = requests_mock.get(f"{keystone}/role_assignments", json={"role_assignments": given})
    assert users_of_services(fake_keystone.connected()) == {"cinder"}
    assert "scope.project.id=p2" in unquote(asked.request_history[0].query)
    assert asked.call_count == 1


def test_who_is_refused_knows_none(requests_mock: mocker.Mocker) -> None:
    fake_keystone.keystone(requests_mock, "admin")
    requests_mock.get(f"{fake_keystone.KEYSTONE}/projects", json={"projects": [{"id": "p2", "name": "service"}]})
    requests_mock.get(f"{fake_keystone.KEYSTONE}/role_assignments", status_code=403)
    assert users_of_services(fake_keystone.connected()) == frozenset()
