"""The same properties of a compute node, as anyone asks for them who has testinfra alone: run by many_nodes.

testinfra asks one node after the other, and for most properties has a round trip or more.
"""

import logging
import re

import pytest
from testinfra.host import Host

UNITS = ("nova-compute", "libvirtd.socket", "neutron-linuxbridge-agent", "chrony", "ssh", "iscsid")
PACKAGES = ("nova-compute", "nova-compute-kvm", "neutron-linuxbridge-agent", "python3-openstackclient", "chrony")
FILES = {
    "/etc/nova/nova.conf": r"^my_ip *= *10\.77\.",
    "/etc/nova/nova-compute.conf": r"^virt_type *= *qemu",
    "/etc/neutron/neutron.conf": r"^transport_url *=",
    "/etc/neutron/plugins/ml2/linuxbridge_agent.ini": r"^physical_interface_mappings *= *provider:eth1",
    "/etc/hosts": r"^10\.77\.\S+ +n\d+",
    "/etc/hostname": r"^n\d+",
    "/etc/chrony/chrony.conf": r"^local stratum",
    "/etc/iscsi/initiatorname.iscsi": r"^InitiatorName=iqn\.",
}
ANSWERS = {
    "virsh -c qemu:///system list --all": "State",
    "chronyc -n tracking": "Leap status     : Normal",
    "date +%s.%N": ".",
    "getent hosts controller": "10.77.0.2",
    "ip -o addr show scope global": "10.77.",
    "cat /proc/sys/net/ipv4/conf/all/rp_filter": "",
}
OPENED = "tcp://0.0.0.0:22"
asked = [0]


def pytest_configure() -> None:
    """Count what testinfra runs: it logs each command (testinfra/backend/base.py)."""

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            asked[0] += str(record.msg).startswith("RUN ")

    logger = logging.getLogger("testinfra")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(Counting())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many."""
    terminalreporter.write_line(f"round trips: {asked[0]}")


@pytest.mark.parametrize("unit", UNITS)
def test_unit_runs(host: Host, unit: str) -> None:
    assert host.service(unit).is_running


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_enabled(host: Host, unit: str) -> None:
    assert host.service(unit).is_enabled


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_installed(host: Host, package: str) -> None:
    assert host.package(package).is_installed


@pytest.mark.parametrize("file", FILES)
def test_file_says(host: Host, file: str) -> None:
    assert re.search(FILES[file], host.file(file).content_string, re.MULTILINE)


@pytest.mark.parametrize("command", ANSWERS)
def test_command_answers(host: Host, command: str) -> None:
    assert ANSWERS[command] in host.check_output(command.replace("%", "%%"))


@pytest.mark.parametrize("interface", ["eth0", "eth1"])
def test_interface_exists(host: Host, interface: str) -> None:
    assert host.interface(interface).exists


@pytest.mark.parametrize("user", ["nova", "neutron"])
def test_user_exists(host: Host, user: str) -> None:
    assert host.user(user).exists


@pytest.mark.parametrize("folder", ["/var/lib/nova/instances", "/var/log/nova"])
def test_folder_is_novas(host: Host, folder: str) -> None:
    assert host.file(folder).user == "nova"


def test_sshd_listens(host: Host) -> None:
    assert host.socket(OPENED).is_listening
