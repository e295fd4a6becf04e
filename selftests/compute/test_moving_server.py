from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.exceptions import NotFoundException

from fixtures.cloud.service_reports import ServiceReport
from fixtures.compute.moving_server import arrived, require_active, room_given_back, why_none_can_move
from fixtures.core.deadlines import Deadlines
from fixtures.core.run_warnings import RunWarnings

SERVER = Server(id="s")
pytestmark = pytest.mark.usefixtures("pauses")


def report(host: str, status: str = "enabled", state: str = "up", binary: str = "nova-compute") -> ServiceReport:
    return ServiceReport(binary, host, "nova", status, state, 1)


@pytest.mark.parametrize(
    ("services", "told"),
    [
        ([report("c1"), report("c2")], ""),
        ([report("c1"), report("c2", state="down")], "enabled and up here: c1"),
        ([report("c1"), report("c2", status="disabled")], "enabled and up here: c1"),
        ([report("c1"), report("controller", binary="nova-conductor")], "enabled and up here: c1"),
        ([], "enabled and up here: none"),
    ],
)
def test_it_takes_two_compute_nodes(services: list[ServiceReport], told: str) -> None:
    assert why_none_can_move(services).endswith(told)
    assert bool(why_none_can_move(services)) is bool(told)


class Cloud:
    """A Nova with one server, which goes from task to task, and a Placement."""

    def __init__(self, tasks: list[str | None], room: dict[str, Any]) -> None:
        self.tasks, self.room, self.deleted = tasks, room, list[str]()

    @property
    def compute(self) -> Any:
        return self

    @property
    def placement(self) -> Any:
        return self

    def get_server(self, _: Any) -> Server:
        if not self.tasks:
            raise NotFoundException
        return Server(id="s", status="ACTIVE", task_state=self.tasks.pop(0))

    def migrations(self, server_id: str) -> Any:
        return [SimpleNamespace(uuid="m1"), SimpleNamespace(uuid=None), SimpleNamespace(uuid="m2")]

    def get(self, path: str) -> Any:
        return SimpleNamespace(ok=True, json=lambda: {"allocations": self.room.get(path.rpartition("/")[2], {})})

    def delete(self, path: str) -> None:
        self.deleted.append(path)


def test_who_is_under_way_is_let_arrive() -> None:
    cloud = Cloud(["resize_migrating", "resize_finish", None, "never asked"], {})
    migrations: list[str] = []
    with arrived(cast(Connection, cloud), SERVER, migrations, Deadlines()):
        assert migrations == []
    assert (migrations, cloud.tasks) == (["m1", "m2"], ["never asked"])


@pytest.mark.parametrize("tasks", [["spawning"], [None], []])
def test_nobody_waits_for_anything_else(tasks: list[str | None]) -> None:
    cloud = Cloud(tasks, {})
    with arrived(cast(Connection, cloud), SERVER, [], Deadlines()):
        pass
    assert cloud.tasks == []


def test_room_that_a_migration_still_holds_is_given_back_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud, warnings = Cloud([], {"m2": {"provider": {}}}), RunWarnings()
    monkeypatch.setattr("fixtures.compute.moving_server.WARNINGS", warnings)
    with room_given_back(cast(Connection, cloud)) as migrations:
        migrations += ["m1", "m2"]
    assert cloud.deleted == ["/allocations/m2"]
    assert len(warnings.lines) == 1


def test_a_server_that_is_not_active_is_moved_no_further() -> None:
    assert require_active(cast(Connection, Cloud([None], {})), SERVER, "before").status == "ACTIVE"
    with pytest.raises(pytest.skip.Exception, match=r"ACTIVE \(migrating\) before"):
        require_active(cast(Connection, Cloud(["migrating"], {})), SERVER, "before")
