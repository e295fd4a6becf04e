import pytest

from fixtures.compute.nova_conf import has_nova
from selftests.nodes.known_nodes import known_node


@pytest.mark.parametrize(
    ("roles", "services", "has"),
    [
        (["controller"], ["nova-conductor"], True),
        (["controller"], ["neutron-server", "rabbitmq"], False),
        (["compute", "controller"], ["rabbitmq"], True),
    ],
)
def test_a_controller_may_have_nothing_of_nova(roles: list[str], services: list[str], has: bool) -> None:
    assert has_nova(known_node("any", running=services).in_roles(roles)) is has
