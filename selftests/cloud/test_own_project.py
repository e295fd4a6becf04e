from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.connection import Connection
from openstack.exceptions import ForbiddenException, NotFoundException

from fixtures.cloud.own_project import _delete_default_group, _made_in, domains_of_members
from fixtures.core.deadlines import Deadlines


class Neutron:
    """One that knows no filter by project."""

    def __init__(self) -> None:
        self.there = {
            name: SimpleNamespace(id=name, name="default", project_id=project, status="")
            for name, project in {"ours": "own", "a customer's": "customer"}.items()
        }

    def security_groups(self, **_: str) -> list[Any]:
        return list(self.there.values())

    def get_security_group(self, group: str) -> Any:
        if group not in self.there:
            raise NotFoundException
        return self.there[group]

    def delete_security_group(self, group: str) -> None:
        del self.there[group]


class Keystone:
    """One whose domain `people` is a directory that it only reads."""

    def __init__(self, *domains: str) -> None:
        self.domains = domains
        self.made: list[dict[str, Any]] = []

    def create_user(self, **named: Any) -> Any:
        if named["domain_id"] == "people":
            raise ForbiddenException("LDAP does not support write operations")
        if named["domain_id"] not in self.domains:
            raise NotFoundException("no such domain")
        self.made.append(named)
        return SimpleNamespace(id="u1", name=named["name"], domain_id=named["domain_id"])


@pytest.mark.parametrize(
    ("operators", "domains", "made_in"), [("default", ["default"], "default"), ("people", ["default"], "default")]
)
def test_a_member_is_made_where_one_can_be(operators: str, domains: list[str], made_in: str) -> None:
    identity = Keystone(*domains)
    user = made_in_first_of(identity, operators)
    assert (user.domain_id, [each["domain_id"] for each in identity.made]) == (made_in, [made_in])


def test_where_none_can_be_made_the_first_refusal_is_told() -> None:
    with pytest.raises(ForbiddenException, match="LDAP"):
        made_in_first_of(Keystone(), "people")


def made_in_first_of(identity: Keystone, operators: str) -> Any:
    return _made_in(domains_of_members(operators), lambda domain: identity.create_user(name="n", domain_id=domain))


def test_a_group_of_another_project_stays_whatever_the_filter_gave() -> None:
    neutron = Neutron()
    operator = cast(Connection, SimpleNamespace(network=neutron))
    _delete_default_group(operator, cast(Any, SimpleNamespace(id="own")), Deadlines())
    assert list(neutron.there) == ["a customer's"]
