"""Who is trusted with a broker's password: tried on a server here, which hangs up after the handshake."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import testinfra

from fixtures.broker.login import refusal
from fixtures.broker.transport_url import Broker
from fixtures.nodes.checked_host import checked
from fixtures.nodes.nodes import Node
from fixtures.nodes.service import Service

NODE = Node("here", frozenset(), checked(testinfra.get_host("local://")))


def certificate(folder: Path, name: str) -> Path:
    """A self-signed one, with its key beside it."""
    made = folder / f"{name}.pem"
    words = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(made.with_suffix(".key")),
        "-out",
        str(made),
        "-subj",
        f"/CN={name}",
    ]
    subprocess.run(["openssl", "req", "-x509", "-days", "1", *words], check=True, capture_output=True)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the certificates of a broker and of somebody else."""
    try:
        certificate(tmp_path, "broker")
    except FileNotFoundError:
        pytest.skip("no openssl here")
    certificate(tmp_path, "another")
    return tmp_path


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Where the broker listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "broker.pem", folder / "broker.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_greet, args=(listening, context))
        thread.start()
        yield listening.getsockname()[1]
        thread.join(30)


def _greet(listening: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listening.accept()
    with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
        encrypted.recv(64)


@pytest.mark.parametrize(
    ("trusted", "reason"),
    [
        ("broker.pem", "it hung up without a word"),
        ("another.pem", "certificate verify failed"),
        ("", "it hung up without a word"),
    ],
)
def test_the_password_goes_to_whom_the_service_trusts(folder: Path, port: int, trusted: str, reason: str) -> None:
    ca_file = str(folder / trusted) if trusted else ""
    broker = Broker((("127.0.0.1", port),), "openstack", "/", tls=True, ca_file=ca_file, password="s3cret-Pa55")
    assert reason in refusal(NODE, Service(NODE.host, {}), broker, "127.0.0.1", port)
