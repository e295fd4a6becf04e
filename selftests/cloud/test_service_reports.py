import math
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.cloud import service_reports

NOW = "Tue, 18 Nov 2025 12:00:00 GMT"
SERVICE = {
    "host": "compute1",
    "zone": "nova",
    "status": "enabled",
    "state": "down",
    "updated_at": "2025-11-18T11:58:00",
}
AGENT = SimpleNamespace(
    binary="neutron-l3-agent", host="controller", is_admin_state_up=True, is_alive=False, last_heartbeat_at="11:58"
)


def services(binary: str) -> Any:
    told = {"services": [{**SERVICE, "binary": binary}]}
    answer = SimpleNamespace(status_code=200, headers={"Date": NOW}, json=lambda: told)
    return SimpleNamespace(get=lambda _: answer)


@pytest.mark.parametrize(
    ("service", "line"),
    [
        ("compute", "nova-compute on compute1: enabled, down, last report 120 s ago"),
        ("network", "neutron-l3-agent on controller: up, not alive, last heard of 11:58"),
        ("block-storage", "cinder-volume on compute1: enabled, down, last report 120 s ago"),
    ],
)
def test_each_service_in_the_catalogue_is_told_of(monkeypatch: pytest.MonkeyPatch, service: str, line: str) -> None:
    monkeypatch.setattr(service_reports, "is_operator", lambda _: True)
    cloud: Any = SimpleNamespace(
        has_service=lambda name: name == service,
        compute=services("nova-compute"),
        network=SimpleNamespace(agents=lambda: [AGENT]),
        block_storage=services("cinder-volume"),
    )
    assert service_reports.listing(cloud) == line


def report(
    status: str = "enabled", state: str = "up", age: float = 1, reason: str = ""
) -> service_reports.ServiceReport:
    return service_reports.ServiceReport("nova-compute", "compute1", "nova", status, state, age, reason)


@pytest.mark.parametrize(
    ("state", "age", "is_late"),
    [("up", 59, False), ("up", 60, True), ("down", 120, False)],
    ids=["now", "late", "down"],
)
def test_only_what_is_taken_to_be_up_can_be_late(state: str, age: float, is_late: bool) -> None:
    assert report(state=state, age=age).is_late() is is_late


def test_who_is_told_to_report_seldom_is_not_late() -> None:
    slow, dead = report(age=119), report(age=361)
    assert service_reports.late_among([slow, dead], silence=360) == [dead]
    assert service_reports.late_among([slow, report(age=31)], silence=30) == [slow]


def test_where_nobody_knows_how_often_they_report_it_is_a_skip_with_what_was_seen() -> None:
    assert service_reports.late_among([report()], silence=None) == []
    with pytest.raises(pytest.skip.Exception, match=r"last report 119 s ago: .*report_interval"):
        service_reports.late_among([report(age=119)], silence=None)


@pytest.mark.parametrize(
    ("seen", "is_put_aside"),
    [
        (report("disabled", reason="new memory on Friday"), True),
        (report("disabled"), False),
        (report("disabled", reason="AUTO: Connection to libvirt lost: 1"), False),
        (report("disabled", "down", reason="Masakari detected host failed."), False),
        (report("enabled", reason="new memory on Friday"), False),
    ],
)
def test_who_disables_a_service_and_says_why_means_it(seen: service_reports.ServiceReport, is_put_aside: bool) -> None:
    assert seen.is_put_aside is is_put_aside


def test_the_reason_is_told_in_one_line() -> None:
    told = {"services": [{**SERVICE, "binary": "nova-compute", "status": "disabled", "disabled_reason": "a\n b" * 200}]}
    answer: Any = SimpleNamespace(status_code=200, headers={"Date": NOW}, json=lambda: told)
    [found] = service_reports.reports_in(answer)
    assert "disabled (a ba b" in str(found) and len(found.reason) == service_reports.LONGEST


@pytest.mark.parametrize(
    ("updated_at", "age"),
    [("2025-11-18T12:00:00", 0), ("2025-11-18T11:58:00", 120), (None, math.inf)],
    ids=["this second", "before", "never"],
)
def test_a_report_of_this_very_second_is_one(updated_at: str | None, age: float) -> None:
    told = {"services": [{**SERVICE, "binary": "nova-compute", "updated_at": updated_at}]}
    answer: Any = SimpleNamespace(status_code=200, headers={"Date": NOW}, json=lambda: told)
    [found] = service_reports.reports_in(answer)
    assert found.age == age
