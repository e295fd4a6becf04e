import subprocess
from pathlib import Path

import pytest

from fixtures.nodes import node_state
from fixtures.nodes.node import Node
from fixtures.nodes.node_state import BOOT_ID, SUM, configuration_of, digest, state_of
from selftests.nodes.known_nodes import known_node


def node(boot: str = "b", files: str = "1 2", running: tuple[str, ...] = ("nova-compute",)) -> Node:
    made = known_node("compute1", running=running, stopped=("neutron-l3-agent",))
    made.facts.parsed.update({BOOT_ID.name: boot, "packages": ()})
    made.readings.get(configuration_of.name, lambda: files)
    return made


def differing(one: Node, other: Node) -> list[str]:
    before, after = state_of(one), state_of(other)
    return [part for part in before if before[part] != after[part]]


def test_it_is_the_same_as_long_as_nothing_changes() -> None:
    assert differing(node(), node()) == []


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (node(boot="c"), "boot"),
        (node(files="3 2"), "configuration"),
        (node(running=()), "services"),
        (node(running=("nova-compute", "time")), "services"),
    ],
)
def test_each_part_is_told(other: Node, part: str) -> None:
    assert differing(node(), other) == [part]


def test_that_libvirt_sleeps_is_no_change() -> None:
    assert differing(node(), node(running=("nova-compute", "libvirt"))) == []


def test_a_digest_is_too_short_to_guess_from() -> None:
    assert len(digest("a", "b")) == 8
    assert digest("a", "b") != digest("ab")


def sums(etc: Path) -> str:
    done = subprocess.run(["sh", "-c", SUM.replace("cd /etc", f"cd {etc}")], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_files_of_an_operator_count_and_those_of_services_do_not(tmp_path: Path) -> None:
    for name in ("nova", "keystone/fernet-keys", "cinder/volumes", "swift/backups", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "nova" / "nova.conf").write_text("[DEFAULT]\n")
    before = sums(tmp_path)
    for name in ("keystone/fernet-keys/1", "cinder/volumes/v", "swift/backups/b", "other/file"):
        (tmp_path / name).write_text("x")
    assert sums(tmp_path) == before
    (tmp_path / "nova" / "nova.conf").write_text("[DEFAULT]\nmy_ip = 10.0.0.11\n")
    assert sums(tmp_path) != before


def test_where_there_is_nothing_it_is_no_error(tmp_path: Path) -> None:
    assert sums(tmp_path).strip()
    assert node_state.BOOT_ID.parse(" x\n") == "x"
