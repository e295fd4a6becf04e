"""Servers on the loopback that speak TLS, none, or MySQL; and clients of theirs on this machine."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.service import Service
from fixtures.tls.tls_client import TlsClient, Trust, on_nodes

THERE = Service(checked(testinfra.get_host("local://")), {"Id": "nova-compute.service"})
SSL = 0x800


def shaken(
    port: int, trust: Path | None, *, kind: str = "https", host: str = "127.0.0.1", names: bool = True
) -> TlsClient:
    """What came of a handshake with the server at that port.

    Args:
        trust: the file with those who may sign; without one anyone may.
    """
    whom = Trust(str(trust or ""), "[neutron] cafile of /etc/nova/nova.conf", is_off=trust is None, with_names=names)
    where = "compute1: /etc/nova/nova.conf [neutron] (line 61)"
    [client] = on_nodes(
        [TlsClient("compute1", where, kind, host, port, whom, "correct auth_url", "systemctl restart it", THERE)]
    )
    return client


@contextmanager
def listening(answer: bytes, *, is_asked: bool = True) -> Iterator[int]:
    """The port of one that says the same to each, and knows no TLS.

    Args:
        is_asked: whether it listens first.
    """
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        _served(server, lambda connection: _say(connection, answer, is_asked)),
    ):
        yield server.getsockname()[1]


@contextmanager
def mysql(shown: Path | None) -> Iterator[int]:
    """The port of one that begins as MySQL does; with a certificate it switches to TLS when it is asked to."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        _served(server, lambda connection: _greet(connection, shown)),
    ):
        yield server.getsockname()[1]


@contextmanager
def _served(server: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    def run() -> None:
        with suppress(OSError):  # that nobody listens any more
            while True:
                connection, _ = server.accept()
                connection.settimeout(30)
                with suppress(OSError), connection:
                    serve(connection)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join(30)


def _say(connection: socket.socket, answer: bytes, is_asked: bool) -> None:
    if is_asked:
        connection.recv(4096)
    connection.sendall(answer)


def _greet(connection: socket.socket, shown: Path | None) -> None:
    capabilities = 0xF7FF | (SSL if shown else 0)
    greeting = b"\x0a5.5.5-10.11.6-MariaDB\0" + bytes(4) + b"8letters\0" + struct.pack("<H", capabilities) + bytes(20)
    connection.sendall(struct.pack("<I", len(greeting))[:3] + b"\0" + greeting)
    if not shown:
        return
    asked = connection.recv(36, socket.MSG_WAITALL)
    assert asked[:4] == b"\x20\0\0\1"
    assert struct.unpack("<I", asked[4:8])[0] & SSL
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, shown.with_suffix(".key"))
    with context.wrap_socket(connection, server_side=True) as encrypted:
        encrypted.recv(4096)
