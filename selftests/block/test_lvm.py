import os
import subprocess
from pathlib import Path

import pytest
import testinfra

from fixtures.block.lvm import BOOT, LVM, hidden_groups, parse
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.node import Node
from selftests.nodes.known_nodes import known_node

FILE = "/var/lib/cinder/cinder-volumes"
ANSWER = """\
== groups
  cinder-volumes|1073741824
  system|0
== physical
  cinder-volumes|/dev/loop0|a--
  cinder-volumes|[unknown]|a-m
  |/dev/sdz|---
== pools
  cinder-volumes|twi-aotz--|2147483648|25.00
  cinder-volumes|Vwi-a-tz--|1073741824|10.00
  system|-wi-ao----|5368709120|
== loops
/dev/loop0 /var/lib/cinder/cinder-volumes
/dev/loop1 /srv/with a space
== boot
/usr/sbin/sshd -D
"""


def test_free_space_is_that_of_the_group_and_of_its_thin_pools() -> None:
    groups = parse(ANSWER).groups
    assert groups["cinder-volumes"].free == pytest.approx(1 + 2 * 0.75)
    assert groups["system"].free == 0


def test_a_missing_physical_volume_is_counted() -> None:
    group = parse(ANSWER).groups["cinder-volumes"]
    assert (group.devices, group.missing) == (("/dev/loop0", "[unknown]"), 1)


def test_a_loop_device_that_nothing_sets_up_is_forgotten() -> None:
    assert parse(ANSWER).forgotten_loops("cinder-volumes") == {"/dev/loop0": FILE}
    assert parse(ANSWER).forgotten_loops("system") == {}


@pytest.mark.parametrize(
    "command",
    [
        f"/sbin/losetup --find --show {FILE}",
        f"/usr/bin/sh -c /usr/sbin/losetup -j {FILE} | grep {FILE} || /usr/sbin/losetup -f {FILE}",
        '#!/bin/sh dir=/var/lib/cinder; losetup -f "$dir/cinder-volumes"',
    ],
)
def test_a_loop_device_that_something_sets_up_is_not(command: str) -> None:
    assert not parse(f"{ANSWER}{command}\n").forgotten_loops("cinder-volumes")


def test_a_losetup_of_another_file_does_not_count() -> None:
    assert parse(f"{ANSWER}/sbin/losetup -f /srv/swift.img\n").forgotten_loops("cinder-volumes")


def test_a_node_without_lvm_has_nothing() -> None:
    lvm = parse("== groups\n== physical\n== pools\n== loops\n== boot\n")
    assert (lvm.groups, lvm.loops, lvm.at_boot) == ({}, {}, ())


def test_the_question_finds_commands_and_the_scripts_that_they_call(tmp_path: Path) -> None:
    script = _program(tmp_path, "set-up", f"# losetup of old\nfile={FILE}\nlosetup -f $file\n")
    other = _program(tmp_path, "other", "true\n")
    _program(tmp_path, "id", "echo 0\n")
    _program(tmp_path, "vgs", 'echo "  cinder-volumes|1024"\n')
    for name in ("pvs", "lvs"):
        _program(tmp_path, name, "true\n")
    _program(tmp_path, "losetup", f"echo /dev/loop0 {FILE}\n")
    _program(tmp_path, "binary", "").write_bytes(b"\x7fELF losetup")
    start = "ExecStart={{ path={0} ; argv[]={0} {1} ; ignore_errors=no ; pid=1 }}"
    shown = "\n".join([start.format(script, f"{tmp_path}/binary *"), "", start.format(other, "a | b")])
    _program(tmp_path, "systemctl", f"case $1 in show) cat <<'END'\n{shown}\nEND\n;; esac\n")
    at_boot = parse(_asked(tmp_path)).at_boot
    assert f"{other} a | b" in at_boot
    assert [line for line in at_boot if FILE in line] == [f"file={FILE} losetup -f $file "]


def test_what_runs_at_boot_is_not_asked_for_where_there_are_no_loop_devices(tmp_path: Path) -> None:
    _program(tmp_path, "id", "echo 0\n")
    for name in ("vgs", "pvs", "lvs", "losetup"):
        _program(tmp_path, name, "true\n")
    _program(tmp_path, "ls", f"touch {tmp_path}/looked\n")
    lvm = parse(_asked(tmp_path))
    assert not (tmp_path / "looked").exists()
    assert (lvm.loops, lvm.at_boot) == ({}, ())


def test_a_group_that_a_filter_hides_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "vgs", """case "$*" in *global_filter*) echo '  cinder-volumes' ;; esac\n""")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    node = Node("block1", frozenset({"block"}), CheckedHost(testinfra.get_host("local://").backend, limit=55))
    vars(node)["facts"] = known_node("block1", running=["cinder-volume"]).facts
    assert hidden_groups(node, ["cinder-volumes", "other"]) == ["cinder-volumes"]


def _program(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}")
    file.chmod(0o755)
    return file


def _asked(folder: Path) -> str:
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", LVM + BOOT], env={"PATH": path}, check=True, capture_output=True, text=True
    ).stdout
