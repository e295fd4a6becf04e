import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.core.programs import MissingProgram
from fixtures.nodes.node import Node
from fixtures.nodes.relay import connection_from
from fixtures.nodes.ssh import SharedSsh


class Here(SharedSsh):
    """Runs on this machine what it should run on the node."""

    def command_line(self, remote: str) -> str:
        return remote


@pytest.fixture
def compute1() -> Node:
    return cast(Node, SimpleNamespace(name="compute1", host=SimpleNamespace(backend=Here("compute1"), percent=100)))


@contextmanager
def server(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with listening.accept()[0] as client:
                heard.append(client.recv(100))
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(10)


def test_words_pass_both_ways_and_the_end_is_heard(compute1: Node) -> None:
    with server(b"answer") as (port, heard), connection_from(compute1, "127.0.0.1", port) as connection:
        connection.sendall(b"question")
        with connection.makefile("rb") as stream:
            assert stream.read() == b"answer"
    assert heard == [b"question"]


def test_a_node_that_cannot_relay_is_no_broker_that_hangs_up(
    compute1: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bash").symlink_to(shutil.which("bash") or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgram, match=r"compute1: (cat|timeout): no such program"):
        _hear(compute1)


def _hear(node: Node) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with connection_from(node, "127.0.0.1", port) as connection:
            connection.recv(1)
            raise EOFError("it hung up without a word")


def test_a_closed_port_is_an_end_at_once(compute1: Node) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody else gets it
        with connection_from(compute1, "127.0.0.1", closed.getsockname()[1]) as connection:
            assert connection.recv(1) == b""
