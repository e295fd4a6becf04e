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


@pytest.mark.parametrize(
    ("state", "age", "is_late"),
    [("up", 59, False), ("up", 60, True), ("down", 120, False)],
    ids=["now", "late", "down"],
)
def test_only_what_is_taken_to_be_up_can_be_late(state: str, age: float, is_late: bool) -> None:
    report = service_reports.ServiceReport("nova-compute", "compute1", "nova", "enabled", state, age)
    assert report.is_late is is_late


@pytest.mark.parametrize(
    ("updated_at", "age"),
    [("2025-11-18T12:00:00", 0), ("2025-11-18T11:58:00", 120), (None, math.inf)],
    ids=["this second", "before", "never"],
)
def test_a_report_of_this_very_second_is_one(updated_at: str | None, age: float) -> None:
    told = {"services": [{**SERVICE, "binary": "nova-compute", "updated_at": updated_at}]}
    answer: Any = SimpleNamespace(status_code=200, headers={"Date": NOW}, json=lambda: told)
    [report] = service_reports.reports_in(answer)
    assert report.age == age
