"""A TLS server on the loopback, with a certificate of one's choice; each connection is answered and closed."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

CONFIG = """
[ca]
default_ca = own
[own]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
policy = any
default_md = sha256
x509_extensions = names
[any]
commonName = supplied
[names]
{names}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
TIME = "%Y%m%d%H%M%SZ"


def certificate(folder: Path, name: str, *, days: float = 365, names: str = "IP:127.0.0.1,DNS:localhost") -> Path:
    """A self-signed one, with its key beside it.

    Args:
        days: from now until it ends; less than 0 where it has ended.
        names: its subjectAltName; empty for none beside the subject.
    """
    made, own = folder / f"{name}.pem", folder / f"{name}.ca"
    own.mkdir()
    (own / "index").touch()
    (own / "serial").write_text("01\n")
    (own / "config").write_text(CONFIG.format(folder=own, names=f"subjectAltName = {names}" if names else ""))
    ends = datetime.now(UTC) + timedelta(days=days)
    dates = ["-startdate", f"{ends - timedelta(400):{TIME}}", "-enddate", f"{ends:{TIME}}"]
    key, request = str(made.with_suffix(".key")), str(own / "request")
    quick = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl("req", "-new", *quick, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
    signing = ["-batch", "-notext", "-config", str(own / "config"), "-selfsign", "-keyfile", key]
    _openssl("ca", *signing, *dates, "-in", request, "-out", str(made))
    return made


def _openssl(*words: str) -> None:
    try:
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")


@contextmanager
def tls_server(shown: Path, answer: bytes = b"") -> Iterator[int]:
    """Its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, shown.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, context, answer))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(30)


def _serve(listening: socket.socket, context: ssl.SSLContext, answer: bytes) -> None:
    with suppress(OSError):  # that nobody listens any more
        while True:
            connection, _ = listening.accept()
            connection.settimeout(30)
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.recv(4096)
                encrypted.sendall(answer)
