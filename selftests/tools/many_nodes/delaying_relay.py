"""A way to the nodes that takes its time, where the kernel has no netem: TCP is relayed, each byte so much later.

`python -m selftests.tools.many_nodes.delaying_relay MILLISECONDS HERE=THERE …`, addresses; both sides on port 22.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

PORT = 22
CHUNK = 64 * 1024
"""Bytes."""
READY = "relaying"
"""What is printed then."""
Serve = Callable[[StreamReader, StreamWriter], Coroutine[Any, Any, None]]


def relay(address: str, port: int, delay: float) -> Serve:
    """What serves a connection by one to an address.

    Args:
        delay: seconds, each way.
    """

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        # The handshake of TCP takes three ways, of which the last is the first byte's
        await asyncio.sleep(2 * delay)
        with suppress(OSError):
            answer, server = await asyncio.open_connection(address, port)
            await asyncio.gather(_carry(reader, server, delay), _carry(answer, writer, delay))
        writer.close()

    return serve


async def _carry(reader: StreamReader, writer: StreamWriter, delay: float) -> None:
    """Read at once, write later, in the order in which it was read; the end of it, too."""
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def deliver() -> None:
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.close()

    delivery = asyncio.create_task(deliver())
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            on_the_way.put_nowait((loop.time() + delay, data))
    on_the_way.put_nowait((loop.time() + delay, b""))
    with suppress(OSError):
        await delivery


async def run(delay: float, ways: Sequence[str], port: int = PORT) -> None:
    """Relay until this is ended."""
    for way in ways:
        here, _, there = way.partition("=")
        await asyncio.start_server(relay(there, port, delay), here, port, limit=CHUNK)
    print(READY, flush=True)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(run(float(sys.argv[1]) / 1000, sys.argv[2:]))
