from types import SimpleNamespace
from typing import Any

from openstack.exceptions import ForbiddenException

from fixtures.cleanup.search import _members

RUN = "acc-0123456789ab"


class Keystone:
    """Its users by their domains; a domain that is not there may not be listed."""

    def __init__(self, **domains: list[str]) -> None:
        self.domains = domains
        self.asked: list[dict[str, str]] = []

    def users(self, domain_id: str, **filters: str) -> list[Any]:
        self.asked.append({"domain_id": domain_id, **filters})
        if domain_id not in self.domains:
            raise ForbiddenException
        names = (name for name in self.domains[domain_id] if name == filters.get("name", name))
        return [SimpleNamespace(name=name) for name in names]


def named(keystone: Keystone, operators: str, **filters: str) -> list[str]:
    identity: Any = keystone
    return [each.name for each in _members(identity, operators, [RUN], **filters)]


def test_of_a_directory_beside_the_operators_domain_the_runs_members_alone_are_asked_for() -> None:
    keystone = Keystone(people=["ada"], default=["nova", RUN])
    assert named(keystone, "people") == ["ada", RUN]
    assert keystone.asked == [{"domain_id": "people"}, {"domain_id": "default", "name": RUN}]


def test_one_name_is_asked_for_in_both() -> None:
    keystone = Keystone(people=["ada"], default=["nova", RUN])
    assert named(keystone, "people", name=RUN) == [RUN]
    assert keystone.asked == [{"domain_id": each, "name": RUN} for each in ("people", "default")]


def test_an_operator_of_the_first_domain_asks_there_alone() -> None:
    keystone = Keystone(default=["nova", RUN])
    assert named(keystone, "default") == ["nova", RUN]
    assert keystone.asked == [{"domain_id": "default"}]


def test_another_domain_that_may_not_be_listed_has_no_members() -> None:
    assert named(Keystone(people=["ada"]), "people") == ["ada"]
