from collections.abc import Mapping

import pytest

from fixtures.cloud.service_reports import ServiceReport, reports_of
from fixtures.core.expected import too_few
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("CIN-2")
def test_expected_volume_services_are_up(
    expected_of_cinder: Mapping[str, int],
    volume_services: list[ServiceReport],
    restarting: Restarting,
    subtests: pytest.Subtests,
) -> None:
    """No cinder-volume is too few: each backend of a host is listed as HOST@BACKEND, and counts."""
    for program, wanted in expected_of_cinder.items():
        there = reports_of(volume_services, program)
        up = {report.host for report in there if report.is_up}
        with subtests.test(program):
            assert len(up) >= wanted, (
                f"{too_few(f'{program} is enabled and up', up, wanted)}; Cinder lists {there or 'none at all'}. "
                f"Fix: {restarting.of(program)}; openstack volume service set --enable HOST {program}"
            )
