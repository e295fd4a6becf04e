from types import SimpleNamespace
from typing import Any, cast

from openstack.connection import Connection
from openstack.exceptions import NotFoundException

from fixtures.cloud.own_project import _delete_default_group
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


def test_a_group_of_another_project_stays_whatever_the_filter_gave() -> None:
    neutron = Neutron()
    operator = cast(Connection, SimpleNamespace(network=neutron))
    _delete_default_group(operator, cast(Any, SimpleNamespace(id="own")), Deadlines())
    assert list(neutron.there) == ["a customer's"]
