import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fixtures.network.tunnel_probe import PROBE
from selftests.patience import LONG

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a raw socket is for root alone")

MARK, PORT = f"acc-{secrets.token_hex(6)}", 48720  # another worker's are not heard
SECONDS = 1.5
SENT_AT_MOST = 40
"""By the probe itself in that time, one each 0.2 s."""
MANY = 5 * SENT_AT_MOST
"""What a flood is, at the least, however little of a busy machine is left for it."""
VOID = b"\0" * 8
FOREIGN = {
    "other text": (PORT, VOID + b"a customer's frame, of some length"),
    "another run's": (PORT, VOID + b"acc-000000000000 node2"),
    "too short": (PORT, b"\0"),
    "other port": (PORT + 1, VOID + MARK.encode() + b" other"),
}
BOTH = pytest.mark.parametrize("address", ["127.0.0.1", "::1"])


def told(address: str, *peers: str, probe: str = PROBE) -> list[str]:
    """What the probe prints on this machine: it sends to itself, and to the peers."""
    words = ["self", address, str(PORT), str(SECONDS), MARK, f"self={address}", *peers]
    return subprocess.run(
        [sys.executable, "-c", probe, *words], capture_output=True, text=True, check=True, timeout=LONG
    ).stdout.splitlines()


def reads_in(lines: list[str]) -> int:
    return next(int(line.removeprefix("reads ")) for line in lines if line.startswith("reads "))


@contextmanager
def flood(address: str, port: int, text: bytes) -> Iterator[list[int]]:
    """Datagrams as fast as they go; counts them."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ended, sent = threading.Event(), [0]

    def send() -> None:
        with socket.socket(family, socket.SOCK_DGRAM) as outbox:
            while not ended.is_set():
                outbox.sendto(text, (address, port))
                sent[0] += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()


@BOTH
def test_what_is_marked_is_heard(address: str) -> None:
    assert "heard self" in told(address)


@BOTH
@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_flood_of_other_datagrams_does_not_reach_python(address: str, foreign: str) -> None:
    with flood(address, *FOREIGN[foreign]) as sent:
        lines = told(address, f"silent={address}")  # which never says so: the probe takes its whole time
    assert sent[0] > MANY
    assert reads_in(lines) <= SENT_AT_MOST
    assert "heard self" in lines


def test_without_the_filter_it_would() -> None:
    with flood("127.0.0.1", *FOREIGN["other port"]):
        lines = told("127.0.0.1", "silent=127.0.0.1", probe=PROBE.replace("\nattach(inbox)\n", "\n"))
    assert reads_in(lines) > MANY
