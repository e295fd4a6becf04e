from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.compute.v2.migration import Migration
from openstack.compute.v2.server import Server
from openstack.connection import Connection
from openstack.exceptions import BadRequestException, ForbiddenException, SDKException

from fixtures.compute import migration_record
from fixtures.compute.migration_record import (
    COLD,
    LIVE,
    Record,
    asking,
    confirm,
    record_of,
    wait_until_moved_cold,
    wait_until_moved_live,
    words,
)
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed

Step = tuple[str, str, str]
"""The server's status, its task, and the migration's status."""
EVENT = {
    "event": "conductor_live_migrate_instance",
    "host": "controller",
    "result": "Error",
    "details": "No valid host was found.",
}
TRACEBACK = {
    "event": "compute_resize_instance",
    "result": "Error",
    "traceback": "  File x\nResizeError: not able to ssh\n",
}


class Nova:
    """Goes from step to step, and stays at the last."""

    def __init__(self, kind: str, steps: list[Step], events: list[dict[str, Any]], message: str = "") -> None:
        self.kind, self.steps, self.events, self.message = kind, steps, events, message
        self.confirmed: list[str] = []

    @property
    def compute(self) -> Any:
        return self

    def get_server(self, _: str) -> Server:
        status, task, _ = self.steps[0]
        return Server(id="s", status=status, task_state=task or None, compute_host="compute1")

    def migrations(self, server_id: str) -> Iterator[Migration]:
        state = self.steps.pop(0)[2] if len(self.steps) > 1 else self.steps[0][2]
        told: dict[str, Any] = {"source_compute": "compute1", "dest_compute": "compute2", "server_id": server_id}
        yield Migration(migration_type="evacuation", status="done", created_at="2026-01-01T00:00:00")
        if state:
            yield Migration(migration_type=self.kind, status=state, created_at="2026-01-01T00:00:01", **told)

    def server_actions(self, _: str) -> Iterator[Any]:
        yield SimpleNamespace(request_id="req-2")
        raise AssertionError("older ones are not asked for")

    def get_server_action(self, *_: str) -> Any:
        events = [SimpleNamespace(**{"details": None, "traceback": None, "host": None, **each}) for each in self.events]
        return SimpleNamespace(action=self.kind, events=events, message=self.message)

    def confirm_server_resize(self, server: str) -> None:
        self.confirmed.append(server)


def cloud(kind: str, *steps: Step, events: list[dict[str, Any]] | None = None) -> tuple[Connection, Nova]:
    nova = Nova(kind, list(steps), events or [])
    return cast(Connection, nova), nova


SERVER = Server(id="s")
pytestmark = pytest.mark.usefixtures("pauses")


def test_a_live_migration_is_over_when_both_say_so() -> None:
    nova, _ = cloud(LIVE, ("MIGRATING", "migrating", ""), ("ACTIVE", "", "running"), ("ACTIVE", "", "completed"))
    assert wait_until_moved_live(nova, SERVER, Deadlines()).state == "completed"


@pytest.mark.parametrize("state", ["error", "failed", "cancelled"])
def test_a_live_migration_that_failed_is_told_in_novas_words(state: str) -> None:
    nova, _ = cloud(LIVE, ("MIGRATING", "migrating", "accepted"), ("ACTIVE", "", state), events=[EVENT])
    with pytest.raises(WaitFailed) as told:
        wait_until_moved_live(nova, SERVER, Deadlines())
    assert f"migration from compute1 to compute2: {state}" in str(told.value)
    assert "conductor_live_migrate_instance on controller: No valid host was found." in str(told.value)
    assert "Fix: " in str(told.value)


def test_one_that_does_not_end_is_told_at_the_deadline() -> None:
    nova, _ = cloud(LIVE, ("MIGRATING", "migrating", "running"))
    with pytest.raises(
        WaitFailed, match=r"last seen: server MIGRATING, migrating on compute1; migration from .*running"
    ):
        wait_until_moved_live(nova, SERVER, Deadlines(migrated=20))


def test_a_cold_migration_waits_to_be_confirmed() -> None:
    nova, _ = cloud(COLD, ("RESIZE", "resize_prep", ""), ("VERIFY_RESIZE", "", "finished"))
    assert wait_until_moved_cold(nova, SERVER, COLD, Deadlines()).server.status == "VERIFY_RESIZE"


def test_nova_may_have_confirmed_it_by_itself() -> None:
    nova, _ = cloud(COLD, ("RESIZE", "resize_prep", ""), ("ACTIVE", "", "confirmed"))
    assert wait_until_moved_cold(nova, SERVER, COLD, Deadlines()).state == "confirmed"


@pytest.mark.parametrize("last", [("ACTIVE", "", "error"), ("ACTIVE", "", ""), ("ERROR", "", "error")])
def test_a_server_that_is_back_has_not_moved(last: Step) -> None:
    nova, _ = cloud(COLD, ("RESIZE", "resize_prep", ""), last, events=[TRACEBACK])
    with pytest.raises(WaitFailed, match=r"compute_resize_instance on a host: ResizeError: not able to ssh"):
        wait_until_moved_cold(nova, SERVER, COLD, Deadlines())


def test_one_that_was_confirmed_is_active_in_the_end() -> None:
    nova, told = cloud(COLD, ("VERIFY_RESIZE", "", "finished"), ("ACTIVE", "", "confirmed"))
    assert confirm(nova, nova, SERVER, COLD, Deadlines()).server.status == "ACTIVE"
    assert told.confirmed == ["s"]


def test_of_other_kinds_nothing_is_taken() -> None:
    nova, _ = cloud(LIVE, ("ACTIVE", "", "completed"))
    assert record_of(nova, SERVER, COLD).migration is None


def test_a_nova_that_does_not_tell_is_not_asked_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    nova, told = cloud(LIVE, ("ACTIVE", "", "failed"))
    assert "do not tell why" in words(nova, SERVER)
    monkeypatch.setattr(told, "get_server_action", lambda *_: (_ for _ in ()).throw(SDKException("down")))
    assert "do not tell why" in words(nova, SERVER)


@pytest.mark.parametrize(
    "refusal",
    [
        ForbiddenException("Policy doesn't allow os_compute_api:os-migrate-server:migrate_live to be performed."),
        BadRequestException("Migration is not supported for LVM backed instances"),
        WaitFailed("the migration: Migration is not supported for LVM backed instances. Fix: …"),
    ],
)
def test_what_a_cloud_cannot_or_may_not_is_skipped(refusal: Exception) -> None:
    with pytest.raises(pytest.skip.Exception), asking("openstack server migrate"):
        raise refusal


@pytest.mark.parametrize(
    "refusal", [BadRequestException("No valid host was found."), WaitFailed("No valid host. Fix: …")]
)
def test_all_else_fails(refusal: Exception) -> None:
    with pytest.raises(WaitFailed, match=r"No valid host.*Fix: "), asking("openstack server migrate"):
        raise refusal


def test_a_record_is_told_whole() -> None:
    server = Server(status="ACTIVE", compute_host="compute1")
    assert str(Record(server, None)) == "server ACTIVE on compute1; no migration of it in os-migrations"


def test_the_words_of_nova_are_short() -> None:
    nova, _ = cloud(LIVE, ("ACTIVE", "", "error"), events=[{**EVENT, "details": "x" * 5000}])
    assert len(words(nova, SERVER)) < migration_record.LONGEST + 200
