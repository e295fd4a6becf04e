import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.namespaces import Namespace, why_closed

LOCAL = testinfra.get_host("local://")
LISTED = "qdhcp-net (id: 0)\nqrouter-rtr\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def namespace(name: str) -> Namespace:
    host: Any = SimpleNamespace(run=lambda command, *args: SimpleNamespace(stdout=LISTED, asked=command % args))
    node: Any = SimpleNamespace(name="controller", host=host)
    return Namespace(node, name)


@pytest.mark.parametrize(("name", "exists"), [("qdhcp-net", True), ("qrouter-rtr", True), ("qrouter-rt", False)])
def test_a_namespace_exists_under_its_whole_name(name: str, exists: bool) -> None:
    assert namespace(name).exists is exists


def test_a_command_runs_inside() -> None:
    answer: Any = namespace("qrouter-rtr").run("ping %s", "203.0.113.7")
    assert answer.asked.endswith(" netns exec qrouter-rtr ping 203.0.113.7")


def test_an_open_port_has_no_reason(listener: socket.socket) -> None:
    assert not why_closed(LOCAL.run, *listener.getsockname())


def test_a_closed_port_has_the_kernels_reason() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody else gets it
        assert why_closed(LOCAL.run, *closed.getsockname()) == "Connection refused"


def test_silence_is_a_reason() -> None:
    def run(*_: str) -> Any:
        return SimpleNamespace(succeeded=False, stderr="")

    assert why_closed(run, "203.0.113.7", 22) == "no answer in time"


@pytest.mark.parametrize("host", ["127.0.0.1$(touch {0}/ran)", "`touch {0}/ran`", "1; touch {0}/ran", "a b", "\"'"])
def test_a_host_that_a_configuration_names_is_no_code(tmp_path: Path, host: str) -> None:
    assert why_closed(checked(LOCAL).run, host.format(tmp_path), 80)
    assert not (tmp_path / "ran").exists()
