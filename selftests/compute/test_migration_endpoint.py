from dataclasses import replace

import pytest

from fixtures.broker.rpc_services import RpcService
from fixtures.broker.transport_url import parse
from fixtures.compute.migration_endpoint import MigrationEndpoint, different_instances_paths, in_cell_of
from selftests.compute.migration_nodes import PREPARED, endpoint


def in_cell(number: int, url: str, address: str = "10.0.0.11") -> MigrationEndpoint:
    addresses = frozenset({(address, 5672)})
    rpc = RpcService(f"compute{number}", "nova-compute", "nova-compute.service", "x.conf", parse(url), addresses)
    return replace(endpoint(number), rpc=rpc)


def test_servers_move_within_a_cell() -> None:
    nodes = {
        "compute1": in_cell(1, "rabbit://o:x@controller/cell1"),
        "compute2": in_cell(2, "rabbit://o:x@10.0.0.11/cell1"),
        "compute3": in_cell(3, "rabbit://o:x@controller/cell2"),
        "compute4": in_cell(4, "rabbit://o:x@other/cell1", "10.0.0.12"),
        "compute5": endpoint(5),
        "compute6": in_cell(6, ""),
    }
    assert [*in_cell_of("compute1", nodes)] == ["compute1", "compute2", "compute5", "compute6"]


@pytest.mark.parametrize(
    ("source", "target", "uri"),
    [
        ("", "", "qemu+tcp://compute2/system"),
        ("live_migration_scheme = tls", "", "qemu+tls://compute2/system"),
        (PREPARED, PREPARED, "qemu+tcp://10.0.0.102/system"),
        (PREPARED, "", "qemu+tcp://compute2/system"),
        ("", "live_migration_inbound_addr = fd00::2", "qemu+tcp://[fd00::2]/system"),
        (
            "live_migration_uri = qemu+ssh://nova_migration@%s:2022/system?keyfile=/etc/nova/migration/identity",
            PREPARED,
            "qemu+ssh://nova_migration@10.0.0.102:2022/system?keyfile=/etc/nova/migration/identity",
        ),
        (
            "live_migration_uri = qemu+ssh://stack@%s/system?no_verify=1&keyfile=/k",
            "",
            "qemu+ssh://stack@compute2/system?no_verify=1&keyfile=/k",
        ),
    ],
)
def test_libvirt_goes_where_nova_sends_it(source: str, target: str, uri: str) -> None:
    assert endpoint(1, source).uri_to(endpoint(2, target)) == uri


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("live_migration_uri = qemu+ext://%s/system?command=/tmp/x", ""),
        ("live_migration_uri = qemu+ssh://%s/system?command=/tmp/x", ""),
        ("live_migration_uri = qemu+ssh://%s/system?keyfile=/k&netcat=/tmp/x", ""),
        ("live_migration_uri = xen+tcp://%s/system", ""),
        ("live_migration_scheme = ext", ""),
        ("live_migration_scheme = tcp://x/?", ""),
        ("", "live_migration_inbound_addr = x/system?command=y"),
        ("", "live_migration_inbound_addr = -oProxyCommand=x"),
    ],
)
def test_what_could_run_a_program_is_not_tried(source: str, target: str) -> None:
    assert endpoint(1, source).uri_to(endpoint(2, target)) == ""


def test_a_name_is_no_address() -> None:
    assert endpoint(1, "live_migration_inbound_addr = compute1-live").inbound_address == ""
    assert endpoint(1, PREPARED).inbound_address == "10.0.0.101"


def test_what_refers_to_nothing_is_not_known() -> None:
    assert endpoint(1, PREPARED, my_ip="").inbound == ""


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ("", ""),
        ("state_path = /var/lib/nova", "/var/lib/nova/instances"),
        ("state_path = /var/lib/nova\ninstances_path = $state_path/vms/", "/var/lib/nova/vms"),
        ("instances_path = /srv/instances", "/srv/instances"),
    ],
)
def test_servers_are_kept_where_nova_keeps_them(lines: str, path: str) -> None:
    assert endpoint(1, default=lines).instances_path == path


def test_only_paths_that_are_known_are_compared() -> None:
    usual, unknown, own = (
        endpoint(1, default="state_path = /var/lib/nova"),
        endpoint(2),
        endpoint(3, default="instances_path = /srv/instances"),
    )
    assert different_instances_paths([usual, unknown]) == ""
    assert different_instances_paths([usual, own]) == "/var/lib/nova/instances on compute1, /srv/instances on compute3"


def test_a_node_is_prepared_once_somebody_has_said_how() -> None:
    assert endpoint(1, PREPARED).is_prepared
    assert not endpoint(1).is_prepared
