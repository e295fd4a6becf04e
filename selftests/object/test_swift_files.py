import os
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.object.swift_files import MIB, SwiftFiles, gather, parse_ini

CONTAINER = f"/system.slice/docker-{'a' * 64}.scope"
NODE: Any = SimpleNamespace(name="object1", host=checked(testinfra.get_host("local://")))
Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a process that names a Swift server and a configuration; to the node it is in a control group as given.

    The unit of Swift's is the control group /system.slice/swift-object.service.
    """
    started: list[Popen[bytes]] = []
    programs = {
        "systemctl": "printf 'ControlGroup=\\n\\nControlGroup=/system.slice/swift-object.service\\n'",
        "pgrep": f'[ "$2" != "bin/swift-object-server " ] || cat {tmp_path}/pids',
        "cut": f'for last; do :; done; exec cat {tmp_path}/cgroup-"$(echo "$last" | tr -dc 0-9)"',
    }
    for name, text in programs.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    (tmp_path / "pids").touch()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    def start(path: str | Path, cgroup: str = "/system.slice/swift-object.service") -> int:
        process = Popen(["sh", "-c", "read line", "/usr/bin/swift-object-server", path, "--verbose"], stdin=PIPE)
        started.append(process)
        (tmp_path / f"cgroup-{process.pid}").write_text(f"{cgroup}\n/\n")
        with (tmp_path / "pids").open("a") as pids:
            pids.write(f"{process.pid}\n")
        return process.pid

    yield start
    for process in started:
        process.communicate()


def configuration(tmp_path: Path, name: str = "a b.conf") -> Path:
    file = tmp_path / name
    file.write_text(f"[DEFAULT]\n# caf\u00e9\nbind_port = 6200\nswift_dir = {tmp_path}/rings\n", encoding="latin-1")
    (tmp_path / "rings").mkdir(exist_ok=True)
    (tmp_path / "rings" / "object.ring.gz").write_bytes(b"ring")
    return file


def objects(files: SwiftFiles) -> list[tuple[str, str | None]]:
    return [(each.path, each.options.get("bind_port")) for each in files.servers if each.kind == "object"]


@pytest.mark.parametrize("cgroup", ["/system.slice/swift-object.service", CONTAINER])
def test_a_server_of_a_unit_or_of_a_container_names_its_files(tmp_path: Path, start: Start, cgroup: str) -> None:
    start(file := configuration(tmp_path), cgroup)
    found = gather(NODE)
    assert objects(found) == [(str(file), "6200")]
    assert found.rings["object.ring.gz"].packed == b"ring"


def test_a_folder_of_configurations_is_read(tmp_path: Path, start: Start) -> None:
    configuration(tmp_path)
    start(tmp_path)
    assert objects(gather(NODE)) == [(str(tmp_path), "6200")]


@pytest.mark.parametrize(
    "cgroup",
    [
        "/user.slice/user-1000.slice/session-1.scope",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/swift-object.service",
        f"/user.slice/user-1000.slice/user@1000.service/docker-{'a' * 64}.scope",
        "/system.slice/cron.service",
    ],
)
def test_anybody_may_call_a_process_so(tmp_path: Path, start: Start, cgroup: str) -> None:
    (tmp_path / "secret").write_text("[DEFAULT]\nbind_port = 1\n")
    start(tmp_path / "secret", cgroup)
    assert str(tmp_path / "secret") not in [path for path, _ in objects(gather(NODE))]


@pytest.mark.parametrize("path", ["a/../a b.conf", "link"])
def test_a_container_leads_nowhere_else(tmp_path: Path, start: Start, path: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(configuration(tmp_path))
    pid = start(f"{tmp_path}/{path}", CONTAINER)
    with pytest.raises(AssertionError, match=rf"object1: /proc/{pid}/root/.*: (leads out of|a link in)"):
        gather(NODE)


def test_what_is_no_file_or_too_large_is_told(tmp_path: Path, start: Start) -> None:
    os.mkfifo(tmp_path / "pipe")
    start(tmp_path / "pipe")
    with pytest.raises(AssertionError, match=r"^object1: \S+/pipe: no regular file\. Fix: "):
        gather(NODE)


def test_so_is_a_configuration_that_is_too_large(tmp_path: Path, start: Start) -> None:
    (tmp_path / "large").write_bytes(b"#" * (MIB + 1))
    start(tmp_path / "large")
    with pytest.raises(AssertionError, match=r"large: larger than 1048576 bytes\."):
        gather(NODE)


def test_so_is_a_folder_that_depends_on_who_looks(tmp_path: Path, start: Start) -> None:
    (tmp_path / "a.conf").write_text("[DEFAULT]\nswift_dir = ../rings\n")
    start(tmp_path / "a.conf")
    with pytest.raises(AssertionError, match=r"a\.conf: swift_dir = \.\./rings is no absolute path\."):
        gather(NODE)


def test_what_is_no_configuration_is_not_shown() -> None:
    with pytest.raises(ValueError, match="could not read") as caught:
        parse_ini("root:$6$secret:19000::::::\n")
    assert "secret" not in str(caught.value)
