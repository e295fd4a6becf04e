import pytest

from fixtures.nodes.role_hints import GROUPS, NAMES, by_groups, by_name
from fixtures.nodes.roles import ALL_ROLES


def test_each_role_has_names_and_groups() -> None:
    assert GROUPS.keys() == NAMES.keys() == ALL_ROLES


@pytest.mark.parametrize(
    "group",
    [
        "compute-infra_hosts",
        "storage-infra_hosts",
        "network-infra_hosts",
        "neutron-ovn-metadata-agent",
        "cinder-api",
        "control-plane",
        "swift-proxy-server",
        "monitoring",
        "all",
    ],
)
def test_a_group_that_merely_begins_so_tells_nothing(group: str) -> None:
    assert by_groups([group]) == {}


@pytest.mark.parametrize(
    ("group", "role"),
    [
        ("control", "controller"),
        ("Controller", "controller"),
        ("compute_hosts", "compute"),
        ("network_hosts", "network"),
        ("storage_hosts", "block"),
        ("swift_hosts", "object"),
    ],
)
def test_deployers_groups_tell(group: str, role: str) -> None:
    assert by_groups(["all", group]) == {role: f"its group {group} says so"}


@pytest.mark.parametrize("name", ["infra1", "kvm3", "hv01", "db1", "localhost", "10.0.0.11"])
def test_a_name_may_tell_nothing(name: str) -> None:
    assert by_name(name) == {}
