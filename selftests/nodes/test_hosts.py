from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.settings import SETTINGS
from fixtures.core.usage_errors import noted
from fixtures.nodes.checked_host import LIMIT, WAIT
from fixtures.nodes.hosts import given_hosts
from fixtures.nodes.ssh import Connections


def configured(hosts: str, scale: float = 1) -> Any:
    option = SimpleNamespace(
        hosts=hosts,
        connection=None,
        ssh_config=None,
        ssh_identity_file=None,
        sudo=False,
        sudo_user=None,
        ansible_inventory=None,
    )
    return SimpleNamespace(option=option, stash={SETTINGS: SimpleNamespace(timeout_scale=scale)})


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_a_slow_clouds_nodes_have_longer_for_each_command(connections: Connections, scale: float) -> None:
    hosts, _ = given_hosts(configured("compute1,local://", scale), connections)
    assert [host.limit for host in hosts.values()] == [LIMIT * scale] * 2
    assert hosts["compute1"].backend.wait == LIMIT * scale + WAIT - LIMIT


@pytest.mark.parametrize(
    "spec", ["root@", "@", ":22", "root@:22", "[]", "ssh://root@", "paramiko://@", "docker://@", "lxc://@", "-compute1"]
)
def test_what_names_no_node_is_told_beside_those_that_do(connections: Connections, spec: str) -> None:
    config = configured(f"compute1,{spec}")
    hosts, _ = given_hosts(config, connections)
    assert list(hosts) == ["compute1"]
    [told] = noted(config)
    assert told.startswith(f"--hosts={spec}: names no node. Fix: NAME, USER@NAME:PORT, ")
