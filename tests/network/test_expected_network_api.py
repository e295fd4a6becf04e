from collections.abc import Mapping

import pytest

from fixtures.cloud.agents import Agents, report_of
from fixtures.core.expected import too_few
from fixtures.nodes.restarting import Restarting


@pytest.mark.req("NEU-1")
def test_expected_agents_are_alive_and_up(
    expected_of_neutron: Mapping[str, int], agents: Agents, restarting: Restarting, subtests: pytest.Subtests
) -> None:
    """No agent is too few, also on a node that was not given."""
    for program, wanted in expected_of_neutron.items():
        there = [agent for agent in agents.all if agent.binary == program]
        up = {str(agent.host) for agent in there if agent.is_alive and agent.is_admin_state_up}
        with subtests.test(program):
            assert len(up) >= wanted, (
                f"{too_few(f'{program} is alive and up', up, wanted)}; "
                f"Neutron lists {'; '.join(map(report_of, there)) or 'none'}. "
                f"Fix: {restarting.of(program)}; openstack network agent set --enable AGENT-ID"
            )
