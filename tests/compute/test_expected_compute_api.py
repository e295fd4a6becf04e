from collections.abc import Mapping

import pytest

from fixtures.cloud.service_reports import ServiceReport, reports_of
from fixtures.core.expected import too_few
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("NOVA-1")
def test_expected_compute_services_are_up(
    expected_of_nova: Mapping[str, int],
    compute_services: list[ServiceReport],
    restarting: Restarting,
    subtests: pytest.Subtests,
) -> None:
    """No nova-compute is too few, also on a node that was not given."""
    for program, wanted in expected_of_nova.items():
        there = reports_of(compute_services, program)
        up = {report.host for report in there if report.is_up}
        with subtests.test(program):
            assert len(up) >= wanted, (
                f"{too_few(f'{program} is enabled and up', up, wanted)}; Nova lists {there or 'none at all'}. "
                f"Fix: {restarting.of(program)}; openstack compute service set --enable HOST {program}"
            )
