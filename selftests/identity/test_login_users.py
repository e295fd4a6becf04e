from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.connection import Connection
from openstack.exceptions import ForbiddenException

from fixtures.identity import login_users
from fixtures.identity.login_users import explained
from selftests.identity.known_logins import sections, text_of


class Keystone:
    """What an operator sees."""

    def __init__(self, user: Any = None, project: Any = None, assignments: list[str] | None = None) -> None:
        self.user, self.project, self.assignments = user, project, assignments or []

    def find_domain(self, name: str, **_: Any) -> Any:
        return SimpleNamespace(id="default") if name == "Default" else None

    def find_user(self, _: str, **__: Any) -> Any:
        return self.user

    def find_project(self, _: str, **__: Any) -> Any:
        return self.project

    def role_assignments(self, **_: Any) -> list[str]:
        return self.assignments


ENABLED = SimpleNamespace(id="1", is_enabled=True)
DISABLED = SimpleNamespace(id="1", is_enabled=False)
[SECTION] = sections(text_of())


def explain(monkeypatch: pytest.MonkeyPatch, keystone: Any, is_operator: bool = True) -> tuple[str, str]:
    monkeypatch.setattr(login_users, "keystone", lambda _: keystone)
    monkeypatch.setattr(login_users, "is_operator", lambda _: is_operator)
    return explained(cast(Connection, None), SECTION)


@pytest.mark.parametrize(
    ("keystone", "seen", "fix"),
    [
        (Keystone(), "there is no user neutron in that domain", "openstack user create --password-prompt neutron"),
        (Keystone(DISABLED), "the user neutron is disabled", "openstack user set --enable neutron"),
        (Keystone(ENABLED), "there is no project service in that domain", "set [neutron] project_name"),
        (Keystone(ENABLED, DISABLED), "the project service is disabled", "openstack project set --enable service"),
        (
            Keystone(ENABLED, ENABLED),
            "the user neutron has no role in the project service",
            "openstack role add --project service --user neutron admin",
        ),
        (Keystone(ENABLED, ENABLED, ["admin"]), "it is the password that is wrong", "set [neutron] password in"),
    ],
)
def test_the_reason_is_what_keystone_shows(
    monkeypatch: pytest.MonkeyPatch, keystone: Keystone, seen: str, fix: str
) -> None:
    told = explain(monkeypatch, keystone)
    assert seen in told[0]
    assert fix in told[1]


def test_whoever_is_no_operator_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explain(monkeypatch, Keystone(DISABLED), is_operator=False) == ("", "")


def test_a_directory_that_shows_nothing_explains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(Keystone):
        def find_user(self, _: str, **__: Any) -> Any:
            raise ForbiddenException

    assert explain(monkeypatch, Closed()) == ("", "")
