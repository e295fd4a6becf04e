from typing import Any

import pytest

from fixtures.network import ovn_server as module
from fixtures.network.ovn_server import OvnServer, ovn_servers
from fixtures.network.ovsdb import Remote
from fixtures.nodes.config import EffectiveConfig
from selftests.nodes.known_nodes import known_node

FILE = "/etc/neutron/plugins/ml2/ml2_conf.ini"


def server(text: str) -> OvnServer:
    node = known_node("controller", running=["neutron-server"])
    return OvnServer(node, EffectiveConfig("neutron-rpc-server.service", {FILE: text}))


def test_it_is_told_where_the_databases_are() -> None:
    told = server("[ovn]\novn_nb_connection = tcp:10.0.0.11:6641\novn_sb_connection=ssl:a:6642,ssl:b:6642\n")
    assert told.remotes("Northbound") == [Remote("tcp", "10.0.0.11", 6641)]
    assert [each.host for each in told.remotes("Southbound")] == ["a", "b"]
    assert told.spelled("Northbound") == "[ovn] ovn_nb_connection = tcp:10.0.0.11:6641"


def test_else_it_looks_on_its_own_node() -> None:
    """Source: neutron.conf.plugins.ml2.drivers.ovn.ovn_conf, and enable_security_group's default."""
    bare = server("[ml2]\nmechanism_drivers = ovn\n")
    assert bare.remotes("Southbound") == [Remote("tcp", "127.0.0.1", 6642)]
    assert (bare.has_security_groups, bare.distributes_floating_ips) == (True, False)


@pytest.mark.parametrize("word", ["true", "False"])
def test_switches_are_oslos_words(word: str) -> None:
    text = f"[securitygroup]\nenable_security_group={word}\n[ovn]\nenable_distributed_floating_ip={word}\n"
    told = server(text)
    assert told.has_security_groups is told.distributes_floating_ips is (word == "true")


def test_the_fix_names_file_line_and_command() -> None:
    assert server("[securitygroup]\nenable_security_group = false\n").fix(
        "securitygroup", "enable_security_group", "true"
    ) == (
        f"on controller set [securitygroup] enable_security_group = true in {FILE}:2, then systemctl restart "
        "neutron-rpc-server.service"
    )


def test_only_those_of_ovn_count(monkeypatch: pytest.MonkeyPatch) -> None:
    node = known_node("controller", running=["neutron-server"])
    nodes: Any = type("Nodes", (), {"with_roles": lambda self, role: [node, known_node("other")]})()
    make: Any = ovn_servers
    for drivers, count in (("ovn", 1), ("sriovnicswitch,ovn", 1), ("openvswitch", 0)):
        config = EffectiveConfig("u", {FILE: f"[ml2]\nmechanism_drivers = {drivers}\n"})
        monkeypatch.setattr(module, "neutron_server_config", lambda node, config=config: config)
        if count:
            assert len(make.__wrapped__(nodes)) == count
        else:
            with pytest.raises(pytest.skip.Exception, match="no given node has a neutron-server whose files name OVN"):
                make.__wrapped__(nodes)
