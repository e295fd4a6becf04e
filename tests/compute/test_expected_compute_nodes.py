from collections.abc import Mapping

import pytest

from fixtures.nodes.nodes import NODES


@pytest.mark.req("NOVA-11")
def test_as_many_nodes_as_expected_have_each_role(
    expected_nodes: Mapping[str, int], pytestconfig: pytest.Config, subtests: pytest.Subtests
) -> None:
    """A node whose services are gone has no role any more, and would only be left out."""
    nodes = pytestconfig.stash[NODES]
    for role, wanted in expected_nodes.items():
        found = [node.name for node in nodes.with_roles(role)]
        left_out = ", ".join(node.name for node in nodes.left_out)
        with subtests.test(role):
            assert len(found) >= wanted, (
                f"{', '.join(found) or 'none'} of --hosts={nodes.given or '(none)'} has the role {role}: {len(found)}, "
                f"expected {wanted} by [expected.nodes] of --cloud-file"
                f"{f'; {left_out} without a role' if left_out else ''}. Fix: install and enable what makes a node "
                f"{role} (--show-nodes tells what is seen there), or give the missing node"
            )
