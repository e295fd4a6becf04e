import asyncio
import random
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from selftests.tools import spoiling_proxy
from selftests.tools.delays import Delay, Delays
from selftests.tools.spoiling_proxy import WAYS, Proxy, run

LARGE = 10 * 1024 * 1024
# Sends calls with a header and so many bytes, by requests or as the suite does; fails where not this comes of them
CLIENT = """
import sys, requests
url, by, header, size, *expected = sys.argv[1:]
session = requests.Session()
if by == "suite":
    from fixtures.cloud.client import FreshConnection
    session.mount("http://", FreshConnection())
def outcome():
    try:
        answer = session.put(url, data=bytes(int(size)), headers={header: "t"})
    except requests.ConnectionError:
        return "reset"
    return f"{answer.status_code} {len(answer.content)}"
seen = [outcome() for _ in expected]
assert seen == expected, seen
"""


class Api(ThreadingHTTPServer):
    """Gives back what it is sent."""

    heard = 0


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_PUT(self) -> None:
        self.server.heard += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def calls(proxy: Proxy, api: Api, header: str, size: int, *outcomes: str, by: str = "requests") -> int:
    url = f"http://localhost:{api.server_port}/v2/images?a=b"
    return asyncio.run(run(proxy, [sys.executable, "-c", CLIENT, url, by, header, str(size), *outcomes]))


@pytest.mark.parametrize("size", [3, LARGE])
def test_calls_are_spoiled_in_every_way(api: Api, size: int) -> None:
    proxy = Proxy(share=1, chance=random.Random(1), stall=0.01)
    assert calls(proxy, api, "X-Auth-Token", size, "503 29", "reset", "reset", f"200 {size}") == 0
    assert api.heard == 2
    assert proxy.told() == "passed 0 calls, spoiled 4: 503 1, reset before 1, answer lost 1, stall 1; delayed 0 calls"


def test_the_suite_gets_through(api: Api) -> None:
    proxy = Proxy(share=0.3, chance=random.Random(1), stall=0.01)
    assert calls(proxy, api, "X-Auth-Token", 3, *["200 3"] * 20, by="suite") == 0
    assert all(proxy.calls[way] for way in WAYS)


def test_what_has_no_token_passes(api: Api) -> None:
    proxy = Proxy(share=1, chance=random.Random(1))
    assert calls(proxy, api, "X-Other", LARGE, f"200 {LARGE}", f"200 {LARGE}") == 0
    assert proxy.told().startswith("passed 0 calls, spoiled 0:")


def test_others_pass(api: Api) -> None:
    proxy = Proxy(share=0, chance=random.Random(1))
    assert calls(proxy, api, "X-Auth-Token", 3, "200 3") == 0
    assert proxy.told().startswith("passed 1 calls, spoiled 0:")


@pytest.mark.parametrize(("delay", "heard"), [(Delay(before=0.25), 0), (Delay(after=0.25), 1)])
@pytest.mark.parametrize("size", [3, LARGE])
def test_calls_are_delayed_before_the_api_hears_or_after(
    api: Api, delay: Delay, heard: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays = Delays(share=1, longest=1, seed=1)
    monkeypatch.setattr(delays, "of_call", lambda _: delay)
    proxy = Proxy(share=0, chance=random.Random(1), delays=delays)
    heard_before: list[int] = []

    class Asyncio:
        """That of the proxy, which takes no time."""

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            heard_before.extend([api.heard] if seconds else [])

    monkeypatch.setattr(spoiling_proxy, "asyncio", Asyncio())
    assert calls(proxy, api, "X-Auth-Token", size, f"200 {size}") == 0
    assert heard_before == [heard]


def test_delayed_calls_are_counted_by_their_api(api: Api) -> None:
    slow = next(seed for seed in range(99) if Delays(1, 0.01, seed).of_call(f"localhost:{api.server_port}").before)
    proxy = Proxy(share=0, chance=random.Random(1), delays=Delays(share=1, longest=0.01, seed=slow))
    assert calls(proxy, api, "X-Auth-Token", 3, "200 3", "200 3", by="suite") == 0
    assert proxy.told().endswith(f"delayed 2 calls: localhost:{api.server_port} 2")


def test_the_commands_exit_code_is_its_own() -> None:
    assert asyncio.run(run(Proxy(0, random.Random(1)), [sys.executable, "-c", "raise SystemExit(4)"])) == 4
