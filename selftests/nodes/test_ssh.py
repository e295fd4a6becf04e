import subprocess
from pathlib import Path
from typing import Any

import pytest

from fixtures.nodes.ssh import Connections, close_connection

SSH = '#!/bin/sh\necho "$@" >> {}\nexit 255\n'


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ssh is called with; the one that is found answers as where there is no connection."""
    calls, ssh = tmp_path / "calls", tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(SSH.format(calls))
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=":")
    return calls


def test_a_shared_connection_is_ended_through_its_socket(calls: Path) -> None:
    close_connection("/somewhere/1")
    assert calls.read_text() == "-S /somewhere/1 -O exit any\n"


def test_all_are_ended_with_the_session(calls: Path) -> None:
    connections = Connections()
    socket = Path(connections.open("compute1").backend.controlpath)
    socket.touch()
    connections.close()
    assert calls.read_text() == f"-S {socket} -O exit any\n"
    assert not socket.parent.exists()


def test_one_that_hangs_keeps_no_other_open(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Path] = []

    def hangs(arguments: list[Any], **_: object) -> None:
        ended.append(arguments[2])
        raise subprocess.TimeoutExpired(arguments, 10)

    monkeypatch.setattr("fixtures.nodes.ssh.subprocess.run", hangs)
    connections = Connections()
    sockets = [Path(connections.open(name).backend.controlpath) for name in ("compute1", "compute2")]
    for socket in sockets:
        socket.touch()
    connections.close()
    assert sorted(ended) == sockets
    assert not sockets[0].parent.exists()
