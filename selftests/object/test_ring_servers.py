import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import testinfra

from fixtures.core.programs import unusable_in
from fixtures.nodes.checked_host import checked
from fixtures.object.ring_servers import LOOK, RingServer, _closed
from fixtures.object.swift_files import StorageServer

CONF = StorageServer("object", "/etc/swift/object-server.conf", {"bind_port": "6000"})


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of this machine's that opens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_does_not_listen_is_told_with_the_reason(listening: int) -> None:
    node = cast(Any, type("Here", (), {"host": checked(testinfra.get_host("local://"))}))
    there, missing = RingServer("127.0.0.1", listening, CONF), RingServer("127.0.0.1", 1, CONF)
    assert _closed(node, [there, missing]) == {missing: "Connection refused"}
    assert _closed(node, []) == {}


def test_a_server_tells_where_its_configuration_has_it_listen() -> None:
    assert RingServer("10.0.0.41", 6200, CONF).configured == "bind_ip = (any), bind_port = 6000"


def test_a_node_without_bash_has_not_been_looked_at(tmp_path: Path) -> None:
    for program in ("sh", "timeout"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    words = ["sh", "-c", LOOK, "sh", "127.0.0.1", "1"]
    done = subprocess.run(words, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (127, "")
    assert "bash" in str(unusable_in(done.returncode, done.stderr))
