import pytest

from fixtures.compute import nova_conf
from fixtures.compute.nova_conf import has_nova, nova_conf_of
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


@pytest.mark.parametrize(
    ("roles", "services", "asked"),
    [
        (["compute", "controller"], ["nova-compute", "nova-scheduler"], "nova-compute"),
        (["controller"], ["nova-conductor", "nova-scheduler"], "nova-scheduler"),
        (["controller"], ["nova-conductor"], "nova-conductor"),
    ],
)
def test_it_is_the_file_of_who_reads_what_nova_api_reads(
    roles: list[str], services: list[str], asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nova_conf, "effective_config", lambda _node, service: heard.append(service))
    heard: list[str] = []
    nova_conf_of(known_node("any", running=services).in_roles(roles))
    assert heard == [asked]
