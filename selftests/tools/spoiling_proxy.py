"""A flaky cloud: an HTTP proxy between a command and the APIs, which spoils a share of the calls, or delays them.

`./lab/lab exec -- .venv/bin/python -m selftests.tools.spoiling_proxy --share 0.05 --seed 1 -- .venv/bin/pytest …`
The command is led through it by http_proxy. Calls are requests that carry a token or ask for one; all else passes as
it is. In the end it tells how many calls it passed, spoiled and delayed; its exit code is the command's.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import struct
import sys
from asyncio import StreamReader, StreamWriter
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit

from selftests.tools.delays import NONE, Delay, Delays

WAYS = ("503", "reset before", "answer lost", "stall")
STALL = 5
"""Seconds."""
CHUNK = 256 * 1024
"""Bytes."""
CALL = re.compile(rb"^X-Auth-Token:|^POST \S*/auth/tokens ", re.IGNORECASE | re.MULTILINE)
HOP_BY_HOP = re.compile(rb"^(Proxy-)?(Connection|Authorization):.*\r\n", re.IGNORECASE | re.MULTILINE)
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 29\r\n\r\n"
    b"No server is available here.\n"
)
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Proxy:
    """What to spoil, and what was done; one connection carries one request."""

    share: float
    chance: random.Random
    stall: float = STALL
    delays: Delays = field(default_factory=lambda: Delays(share=0, longest=0, seed=None))
    calls: Counter[str] = field(default_factory=Counter)
    """By the way in which they were spoiled; "" for those that passed."""

    def __post_init__(self) -> None:
        self._ways = cycle(WAYS)
        self._serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection from the command."""
        # asyncio itself forgets the task of a connection that its client has left, in the midst of its work.
        self._serving.add(task := asyncio.current_task())
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._pass_on(await reader.readuntil(b"\r\n\r\n"), reader, writer)
        writer.close()
        self._serving.discard(task)

    def told(self) -> str:
        """Such as "passed 570 calls, spoiled 30: 503 8, reset before 8, answer lost 7, stall 7; delayed 0 calls"."""
        ways = ", ".join(f"{way} {self.calls[way]}" for way in WAYS)
        spoiled = self.calls.total() - self.calls[""]
        return f"passed {self.calls['']} calls, spoiled {spoiled}: {ways}; {self.delays.told()}"

    async def _pass_on(self, head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        way = self._way(head)
        if way == "503":
            await reader.readexactly(_length(head))  # who still sends hears no answer
            writer.write(UNAVAILABLE)
        elif way == "reset before":
            _reset(writer)
        else:
            await asyncio.sleep(self.stall if way == "stall" else 0)
            delay = self.delays.of_call(_api(head)) if CALL.search(head) else NONE
            await _exchange(head, reader, writer, delay, is_lost=way == "answer lost")

    def _way(self, head: bytes) -> str:
        if not CALL.search(head):
            return ""
        way = next(self._ways) if self.chance.random() < self.share else ""
        self.calls[way] += 1
        return way


async def _exchange(head: bytes, reader: StreamReader, writer: StreamWriter, delay: Delay, *, is_lost: bool) -> None:
    """Forward a request, and the answer back, or once that begins, a reset."""
    await asyncio.sleep(delay.before)
    method, url, version = head.partition(b"\r\n")[0].split(b" ")
    place = urlsplit(url.decode())
    try:
        answer, server = await asyncio.open_connection(place.hostname, place.port or 80)
    except OSError:
        writer.write(BAD_GATEWAY)
        return
    target = place._replace(scheme="", netloc="").geturl().encode() or b"/"
    rest = HOP_BY_HOP.sub(b"", head.partition(b"\r\n")[2])
    server.write(b"%s %s %s\r\nConnection: close\r\n%s" % (method, target, version, rest))
    upwards = asyncio.create_task(_pump(reader, server))
    try:
        beginning = await answer.read(CHUNK)
        await asyncio.sleep(delay.after)
        if is_lost:
            _reset(writer)
            return
        writer.write(beginning)
        await _pump(answer, writer)
    finally:
        upwards.cancel()
        server.close()


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


def _api(head: bytes) -> str:
    """Whom a request is for, such as controller:8774."""
    return urlsplit(head.split(b" ", 2)[1].decode()).netloc


def _length(head: bytes) -> int:
    found = re.search(rb"^Content-Length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
    return int(found[1]) if found else 0


def _reset(writer: StreamWriter) -> None:
    """Close so that the other side is told "connection reset by peer"."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def run(proxy: Proxy, command: list[str]) -> int:
    """Run a command behind the proxy; gives its exit code."""
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=CHUNK)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    environ = {name: value for name, value in os.environ.items() if name.lower() not in ("no_proxy", "all_proxy")}
    child = await asyncio.create_subprocess_exec(*command, env=environ | {"http_proxy": url, "HTTP_PROXY": url})
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # the terminal tells the command, too, which needs the APIs
    loop.add_signal_handler(signal.SIGTERM, child.terminate)
    return await child.wait()


def main() -> int:
    """Read the arguments, run the command, tell what was done to its calls."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.05, help="of the calls that are spoiled; default 0.05")
    parser.add_argument(
        "--delay-share", type=float, default=0, help="of a slow API's calls that are delayed; default 0"
    )
    parser.add_argument("--delay", type=float, default=3, metavar="SECONDS", help="at most; default 3")
    parser.add_argument("--seed", type=int, help="the same calls are hit, if they come in the same order")
    parser.add_argument("command", nargs="+", metavar="CMD", help="after --")
    given = parser.parse_args()
    delays = Delays(given.delay_share, given.delay, given.seed)
    proxy = Proxy(given.share, random.Random(given.seed), delays=delays)
    status = asyncio.run(run(proxy, given.command))
    print(proxy.told(), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
