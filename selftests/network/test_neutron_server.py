from pathlib import Path
from typing import Any

import pytest
import testinfra

from fixtures.network.ml2 import Ml2
from fixtures.network.neutron_server import neutron_server_config, to_restart
from fixtures.nodes.checked_host import checked
from fixtures.nodes.config import OWN_FILES, sources
from fixtures.nodes.node import Node
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import KnownFacts

# How Debian's trixie starts them, and DevStack: the API under uWSGI, with no word of ML2. Sources: the package
# neutron-api, /etc/init.d/neutron-api; https://opendev.org/openstack/devstack, lib/neutron, start_neutron_service
UWSGI = "/usr/bin/uwsgi_python3 --ini /etc/neutron/neutron-api-uwsgi.ini --pyargv --config-file={}"
RPC_SERVER = "/usr/bin/neutron-rpc-server --config-file {} --config-file {}"


def controller(distribution: str, **arguments: str) -> Node:
    """One on which those units of neutron-server's are installed that have arguments, by their position."""
    node = Node("controller", frozenset(), checked(testinfra.get_host("local://")))
    units = UNIT_NAMES[distribution]["neutron-server"]
    started: dict[str, dict[str, str]] = {
        name: {"Id": name, "LoadState": "loaded", "Arguments": arguments[str(number)]}
        if str(number) in arguments
        else {"Id": name, "LoadState": "not-found"}
        for number, name in enumerate(units)
    }
    known: dict[str, Any] = {"started": started, "unit-files": UNIT_NAMES[distribution]}
    vars(node)["facts"] = KnownFacts(node.host, known)
    return node


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    neutron, ml2 = tmp_path / "neutron.conf", tmp_path / "ml2_conf.ini"
    neutron.write_text("[DEFAULT]\ncore_plugin = ml2\n")
    ml2.write_text("[ml2]\nmechanism_drivers = ovn\n")
    return neutron, ml2


@pytest.mark.parametrize("distribution", ["debian", "devstack"])
def test_the_unit_that_knows_of_ml2_is_asked(distribution: str, files: tuple[Path, Path]) -> None:
    last = len(UNIT_NAMES[distribution]["neutron-server"]) - 1
    node = controller(distribution, **{"0": UWSGI.format(files[0]), str(last): RPC_SERVER.format(*files)})
    config = neutron_server_config(node)
    assert config.unit == UNIT_NAMES[distribution]["neutron-server"][last]
    assert Ml2(config).mechanism_drivers == ["ovn"]


def test_where_none_knows_of_it_the_first_one_there_speaks(files: tuple[Path, Path]) -> None:
    config = neutron_server_config(controller("debian", **{"1": UWSGI.format(files[0])}))
    assert (config.unit, config.get("core_plugin")) == ("neutron-server.service", "ml2")


def test_without_a_word_neutron_reads_both_files() -> None:
    """Source: neutron.server, _get_config_files, of every release since Pike."""
    uwsgi = ["/opt/stack/data/venv/bin/uwsgi", "--ini", "/etc/neutron/neutron-api-uwsgi.ini"]
    assert sources(uwsgi, "neutron", "neutron-server")[:2] == OWN_FILES["neutron-server"]
    assert sources(["nova-conductor"], "nova", "nova-conductor")[0] == "/etc/nova/nova.conf"


def test_all_parts_of_it_are_restarted() -> None:
    node = controller("debian", **{"0": "", "2": ""})
    assert to_restart(node) == (
        "systemctl restart neutron-rpc-server.service and systemctl restart neutron-api.service"
    )


def test_the_processes_of_2025_1_are_parts_of_it() -> None:
    """Beside the API and RPC: the periodic tasks, OVN's maintenance. Source: Neutron's setup.cfg, console_scripts."""
    node = controller("debian", **dict.fromkeys("0234", ""))
    told = to_restart(node)
    assert "neutron-periodic-workers.service" in told
    assert "neutron-ovn-maintenance-worker.service" in told
    assert node.service("neutron-server").unit == "neutron-rpc-server.service"
