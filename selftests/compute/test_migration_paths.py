from pathlib import Path

import pytest
import testinfra

from fixtures.compute.migration_paths import (
    ENTERED,
    NOTHING,
    REFUSED,
    TRY,
    UNTRIED,
    MigrationPath,
    not_prepared_for_live_migration,
    parse_paths,
)
from selftests.compute.migration_nodes import PREPARED, endpoint

REASON, FAILED = (
    "error: unable to connect to server at 'c2:16509': Connection refused",
    "failed to connect to the hypervisor",
)
# Older ones of libvirt tell the reason first (libvirt-wiki, Libvirt daemon is not listening on TCP ports), newer last
OLD = f'echo "{REASON}\nerror: {FAILED}"'
NEW = f'echo "error: {FAILED}\n{REASON}"'


def path(way: str = ENTERED, port: str = REFUSED, libvirt: str = "") -> MigrationPath:
    source, target = endpoint(1, libvirt), endpoint(2, libvirt)
    return MigrationPath(source, target, source.uri_to(target), way, port)


@pytest.mark.parametrize(
    ("virsh", "way"),
    [
        ("exit 0", ENTERED),
        (f"{OLD} >&2; exit 1", "unable to connect to server at 'c2:16509': Connection refused"),
        (f"{NEW} >&2; exit 1", "unable to connect to server at 'c2:16509': Connection refused"),
        ("exit 1", NOTHING),
    ],
)
def test_a_node_says_how_it_went(virsh: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "virsh").write_text(f"#!/bin/sh\n{virsh}\n")
    (tmp_path / "virsh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    words = ["qemu+tcp://c2/system", "127.0.0.1", "1", "", "127.0.0.1", "1"]
    printed = testinfra.get_host("local://").check_output("sh -c %s sh" + " %s" * len(words), TRY, *words)
    there = parse_paths(endpoint(1), [endpoint(2), endpoint(3)], printed)
    assert [(each.target.node.name, each.way, each.port) for each in there] == [
        ("compute2", way, REFUSED),
        ("compute3", UNTRIED, REFUSED),
    ]


def test_what_is_no_answer_is_none() -> None:
    [only] = parse_paths(endpoint(1), [endpoint(2)], "noise\nx\ty\tz\n7\tentered\topen\n")
    assert (only.way, only.port) == (NOTHING, NOTHING)


def test_who_was_let_in_or_could_not_be_tried_is_not_closed() -> None:
    assert not path().is_closed
    assert not path(UNTRIED).is_closed
    assert path("no answer within 20 s").is_closed


def test_who_is_asked_for_a_password_has_got_there() -> None:
    assert not path("authentication failed: Failed to start SASL negotiation: -1 (SASL(-1): generic failure)").is_closed
    assert path("authentication failed: Failed to verify peer's certificate").is_closed


def test_a_port_at_which_the_node_itself_refuses_is_open_to_packets() -> None:
    assert not path().is_filtered
    assert not path(port="open").is_filtered
    assert path(port="no answer within 5 s").is_filtered
    assert path(port="No route to host").is_filtered
    assert not path(port="No route to host", libvirt="live_migration_tunnelled = true").is_filtered


REFUSAL = f"unable to connect to server at 'compute2:16509': {REFUSED}"


def test_where_nobody_listens_and_nobody_has_asked_for_it_nothing_is_wrong() -> None:
    assert "see the page of NOVA-17" in not_prepared_for_live_migration({"compute1": [path(REFUSAL)]})


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [path(REFUSAL, libvirt=PREPARED)],
        [path(REFUSAL), path()],
        [path(REFUSAL), path("no answer within 20 s")],
    ],
)
def test_else_it_is_looked_at(paths: list[MigrationPath]) -> None:
    assert not_prepared_for_live_migration({"compute1": paths}) == ""
