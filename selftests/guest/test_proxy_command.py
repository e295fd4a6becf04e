import os
import re
import shlex
import socket
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.guest import ssh_routes
from fixtures.guest.ssh_routes import FromNamespace
from fixtures.nodes.namespaces import Namespace
from fixtures.nodes.ssh import SharedSsh


@pytest.fixture
def greeted() -> tuple[str, int]:
    """HOST and PORT of one that answers what it hears."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listening, listening.accept()[0] as connection:
            connection.sendall(b"heard " + connection.recv(100))

    threading.Thread(target=answer, daemon=True).start()
    host, port = listening.getsockname()
    return str(host), int(port)


def test_ssh_is_relayed_from_inside_the_namespace(
    greeted: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ip").write_text('#!/bin/sh\n[ "$1 $2 $3" = "netns exec qrouter-1" ] && shift 3 && exec "$@"\n')
    (tmp_path / "ip").chmod(0o755)
    host = SimpleNamespace(backend=SharedSsh("root@controller", controlpath="/tmp/none"))
    node: Any = SimpleNamespace(name="controller", host=host)
    monkeypatch.setattr(ssh_routes, "PORT", greeted[1])
    command = FromNamespace(Namespace(node, "qrouter-1")).proxy_command(greeted[0])
    assert re.sub("%%", "", command).find("%") == -1
    command = command.replace("%%", "%")  # as ssh does it
    path = f"{tmp_path}:{os.environ['PATH']}"
    with subprocess.Popen(
        ["/bin/sh", "-c", shlex.split(command)[-1]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": path},
        bufsize=0,
    ) as relay:
        assert relay.stdin and relay.stdout
        relay.stdin.write(b"hello")
        assert relay.stdout.read(100) == b"heard hello"
        relay.stdin.close()  # ssh keeps it open for as long as it wants an answer
