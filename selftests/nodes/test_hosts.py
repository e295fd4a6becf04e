from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.settings import SETTINGS
from fixtures.nodes.checked_host import LIMIT, WAIT
from fixtures.nodes.hosts import given_hosts
from fixtures.nodes.ssh import Connections


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_a_slow_clouds_nodes_have_longer_for_each_command(scale: float) -> None:
    options: Any = SimpleNamespace(
        hosts="compute1,local://",
        connection=None,
        ssh_config=None,
        ssh_identity_file=None,
        sudo=False,
        sudo_user=None,
        ansible_inventory=None,
    )
    config: Any = SimpleNamespace(option=options, stash={SETTINGS: SimpleNamespace(timeout_scale=scale)})
    connections = Connections()
    try:
        hosts, _ = given_hosts(config, connections)
        assert [host.limit for host in hosts.values()] == [LIMIT * scale] * 2
        assert hosts["compute1"].backend.wait == LIMIT * scale + WAIT - LIMIT
    finally:
        connections.close()
