"""The checks themselves, with logins of which the test says what came of them."""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import pytest
from openstack.connection import Connection

from fixtures.identity import login_users
from fixtures.identity.login_outcome import LoginOutcome
from fixtures.identity.logins import Login
from selftests.identity.known_logins import login_of, text_of, token

checks: Any = importlib.import_module("tests.identity.test_identity_nodes")
NODE = "compute1: /etc/nova/nova.conf"


class One:
    """Subtests whose first failure ends the test."""

    def test(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()


ONE: Any = One()
CLOUD = cast(Connection, None)


@pytest.fixture(autouse=True)
def no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_users, "is_operator", lambda _: False)


def placement(*more: str) -> Login:
    there = {"placement": {"public": "RegionOne", "internal": "RegionOne"}}
    return login_of(text_of("placement", *more), LoginOutcome(201, token=token("admin", catalog=there)))


def test_a_sound_login_passes() -> None:
    login = placement("region_name = RegionOne")
    checks.test_services_log_in([login], CLOUD, ONE)
    checks.test_services_may_do_their_part([login], ONE)
    checks.test_services_find_each_other([login], {"http://RegionOne:1": 401}, ONE)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (
            lambda: checks.test_services_log_in([login_of(text_of(), LoginOutcome(401, "no"))], CLOUD, ONE),
            rf"^{NODE} \[neutron\] \(line 6\): Keystone at .* refuses the user neutron",
        ),
        (
            lambda: checks.test_services_may_do_their_part(
                [login_of(text_of(), LoginOutcome(201, token=token()))], ONE
            ),
            r"the roles none, expected admin or service\. Fix: openstack role add",
        ),
        (
            lambda: checks.test_services_find_each_other([placement("region_name = RegionTwo")], {}, ONE),
            r"region_name = RegionTwo, where the catalogue has no placement",
        ),
        (
            lambda: checks.test_services_find_each_other([placement()], {"http://RegionOne:1": 0}, ONE),
            rf"^{NODE} \[placement\]: http://RegionOne:1, which the services take, does not answer compute1\. Fix: ",
        ),
    ],
)
def test_what_is_wrong_fails(check: Callable[[], None], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check()


def test_what_is_not_known_is_skipped_with_its_reason() -> None:
    login = login_of(text_of().replace("auth_type = password", "auth_type = v3kerberos"), LoginOutcome())
    tries: list[Callable[[], Any]] = [
        lambda: checks.test_services_log_in([login], CLOUD, ONE),
        lambda: checks.test_services_may_do_their_part([login], ONE),
        lambda: checks.test_services_find_each_other([login], {}, ONE),
    ]
    for check in tries:
        with pytest.raises(pytest.skip.Exception, match="auth_type = v3kerberos is none that is tried"):
            check()
