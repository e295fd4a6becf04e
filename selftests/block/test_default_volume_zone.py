"""The zone of volumes for which nobody names one, and what is said where no volume service is in it."""

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.block import default_volume_type, default_volume_zone
from fixtures.block.default_volume_zone import DefaultVolumeZone, looks_at_zones, zone_in
from fixtures.cloud.service_reports import ServiceReport
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.restarting import Restarting

FILE = "/etc/cinder/cinder.conf"
check: Any = importlib.import_module("tests.block.test_block_api").test_default_zone_has_a_volume_service


def zone(text: str) -> DefaultVolumeZone:
    return zone_in(EffectiveConfig("cinder-scheduler.service", {FILE: text}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[DEFAULT]\n", "nova (storage_availability_zone, by default)"),
        ("[DEFAULT]\nstorage_availability_zone = az1\n", f"az1 (storage_availability_zone at {FILE}:2)"),
        (
            "[DEFAULT]\nstorage_availability_zone = az1\ndefault_availability_zone = az2\n",
            f"az2 (default_availability_zone at {FILE}:3)",
        ),
        ("[lvm]\nbackend_availability_zone = az1\n", "nova (storage_availability_zone, by default)"),
    ],
)
def test_the_zone_is_the_one_that_cinders_api_takes(text: str, told: str) -> None:
    assert str(zone(text)) == told


def service(zone: str, status: str = "enabled", binary: str = "cinder-volume") -> ServiceReport:
    return ServiceReport(binary, "block1@lvm", zone, status, "up", 1)


def run(services: list[ServiceReport]) -> None:
    check(SimpleNamespace(name="controller"), None, zone("[DEFAULT]\n"), services, Restarting())


@pytest.mark.parametrize(
    "services",
    [
        [service("nova")],
        [service("az1"), service("nova")],
        [],  # another check tells
        [service("az1"), service("nova", status="disabled")],  # put aside
    ],
)
def test_it_has_a_volume_service_or_there_is_none_at_all(services: list[ServiceReport]) -> None:
    run(services)


def test_where_all_are_in_another_zone_both_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.block.test_block_api.default_type_has_zones", lambda _: False)
    services = [service("az1"), service("nova", binary="cinder-scheduler")]
    with pytest.raises(
        AssertionError, match=r"nova \(storage_availability_zone, by default\).*is in az1.*Fix: "
    ) as told:
        run(services)
    assert f"set [DEFAULT] default_availability_zone = az1 in {FILE}" in str(told.value)


@pytest.mark.parametrize(
    ("specs", "has_zones"),
    [({"RESKEY:availability_zones": "az1"}, True), ({"volume_backend_name": "lvm"}, False), (None, False)],
)
def test_a_type_may_have_its_own_zones(
    monkeypatch: pytest.MonkeyPatch, specs: dict[str, str] | None, has_zones: bool
) -> None:
    api: Any = SimpleNamespace(get_type=lambda _: SimpleNamespace(extra_specs=specs))
    monkeypatch.setattr(default_volume_type, "cinder", lambda _: api)
    assert default_volume_zone.default_type_has_zones(api) is has_zones


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("[DEFAULT]\n", True),
        ("[DEFAULT]\nscheduler_default_filters = AvailabilityZoneFilter,CapacityFilter\n", True),
        ("[DEFAULT]\nscheduler_default_filters = CapacityFilter\n", False),
    ],
)
def test_a_scheduler_may_not_look_at_zones(text: str, looks: bool) -> None:
    assert looks_at_zones(EffectiveConfig("cinder-scheduler.service", {FILE: text})) is looks
