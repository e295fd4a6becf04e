import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.patience import LONG
from selftests.tools.many_nodes.__main__ import lacks, main
from selftests.tools.many_nodes.compute_nodes import SLEEPERS, ComputeNode, layers
from selftests.tools.many_nodes.delaying_relay import relay
from selftests.tools.many_nodes.measured import Measured, available, measured
from selftests.tools.many_nodes.told import Plain, goals, table

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.fixture
def given_cloud():
    raise ConnectionError

@pytest.fixture
def operator(given_cloud):
    pass

def test_asks(operator):
    pass

def test_looks():
    pass
"""
SPOKEN = os.urandom(300_000)


def took(seconds: float, memory: float = 100, output: str = "") -> Measured:
    return Measured(0, seconds, memory, memory, output)


def test_nodes_have_names_and_addresses_of_their_own() -> None:
    nodes = [ComputeNode(number) for number in range(1, 301)]
    assert (nodes[0].name, nodes[0].address) == ("n001", "10.77.1.1")
    assert len({node.name for node in nodes}) == len({node.address for node in nodes}) == 300
    assert nodes[-1].address == "10.77.2.44"


def test_they_stand_on_the_layers_of_the_labs_compute_node() -> None:
    assert [layer.name.partition("-")[0] for layer in layers()] == ["packages", "base"]
    assert "libvirt" not in "".join(SLEEPERS)  # it can run, and does


def test_a_machine_with_too_little_memory_is_told_what_would_do() -> None:
    told = [line for line in lacks(100, free=4096) if "memory" in line]
    assert told == ["4096 MiB of memory available, 10048 needed. Fix: ./lab/lab down, or --nodes=25"]
    assert not [line for line in lacks(1, free=4096) if "memory" in line]


@pytest.mark.parametrize("words", [["--nodes=0"], ["--nodes=many"], ["--plain=telnet"]])
def test_what_is_mistyped_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert f"argument {words[0].partition('=')[0]}" in capsys.readouterr().err


def test_what_is_relayed_arrives_whole_in_order_and_ends() -> None:
    async def both_ways() -> tuple[bytes, bytes]:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def node(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(SPOKEN[::-1])
            heard.set_result(await reader.read(-1))
            writer.close()

        there = await asyncio.start_server(node, "127.0.0.1", 0)
        port = there.sockets[0].getsockname()[1]
        here = await asyncio.start_server(relay("127.0.0.1", port, 0.001), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*here.sockets[0].getsockname())
        writer.write(SPOKEN)
        writer.write_eof()
        return await heard, await reader.read(-1)

    assert asyncio.run(asyncio.wait_for(both_ways(), LONG)) == (SPOKEN, SPOKEN[::-1])


def test_a_node_that_refuses_ends_the_connection() -> None:
    async def answer() -> bytes:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # nobody else gets it
            here = await asyncio.start_server(relay("127.0.0.1", closed.getsockname()[1], 0), "127.0.0.1", 0)
            reader, _ = await asyncio.open_connection(*here.sockets[0].getsockname())
            return await reader.read(-1)

    assert asyncio.run(asyncio.wait_for(answer(), LONG)) == b""


def test_a_command_is_measured_with_its_children(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import os; print(os.environ['RUN']); raise SystemExit(3)"]
    found = measured(words, tmp_path, {}, "RUN=of this test", tmp_path / "output")
    assert (found.code, found.output) == (3, "of this test\n")
    assert available() > 0


def test_what_would_ask_an_api_is_left_out(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_subprocess("-pselftests.tools.many_nodes.without_api", "-pno:allure_pytest")
    done.assert_outcomes(passed=1, deselected=1)


def test_the_table_says_what_is_worked_out_from_fewer_nodes() -> None:
    some = Plain(took(100, output="round trips: 460\n"), 10)
    shown = table({10: took(5), 100: took(15)}, {"ssh": {10: some, 100: some}})
    assert [line.split() for line in shown[1:3]] == [
        ["10", "5.0", "100", "100", "100", "20.0"],
        ["100", "15.0", "100", "100", "1000*", "66.7"],
    ]
    assert shown[3:] == ["* worked out from 10 of the nodes; --whole asks all", "ssh://: 46 round trips to a node"]


def test_each_goal_is_told_with_what_was_seen() -> None:
    some = Plain(took(100), 10)
    assert list(goals({10: took(5), 100: took(15)}, {"ssh": {100: some}}).values()) == [True, True, True]
    assert list(goals({10: took(5), 100: took(60, 600)}, {"ssh": {100: some}}).values()) == [False, False, False]
    assert list(goals({1: took(5)}, {"ssh": {1: some}})) == ["100 MiB of memory with all ssh, less than 500 wanted"]
