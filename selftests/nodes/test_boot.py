"""Debian's and RDO's units of OVN and Open vSwitch, as a real systemd shows them.

The units are those of https://github.com/ovn-org/ovn, debian/ovn-host.service and
debian/ovn-host.ovn-controller.service, and of https://github.com/openvswitch/ovs, debian/openvswitch-switch.service,
debian/openvswitch-switch.ovs-vswitchd.service, rhel/usr_lib_systemd_system_openvswitch.service and
rhel/usr_lib_systemd_system_ovs-vswitchd.service.in.
"""

from pathlib import Path
from typing import Any

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.process_args import command, parse_started
from fixtures.nodes.systemd_units import read_unit
from selftests.nodes.test_process_args import program

CONTROLLER, VSWITCHD = "ovn-controller.service", "ovs-vswitchd.service"
# What `systemctl show` says of each unit. A switch that was off at boot is not loaded, and so pulls in nothing
UNITS = {
    CONTROLLER: "LoadState=loaded UnitFileState=static WantedBy={} PartOf=ovn-host.service",
    "ovn-host.service": "LoadState=loaded UnitFileState={} WantedBy={}",
    VSWITCHD: "LoadState=loaded UnitFileState=static RequiredBy={} PartOf=openvswitch-switch.service",
    "openvswitch-switch.service": "LoadState=loaded UnitFileState={} WantedBy={} PartOf=network.target",
}
ENABLED = {CONTROLLER: ["ovn-host.service"], "ovn-host.service": ["enabled", "multi-user.target"]}
SWITCHED_OFF = {CONTROLLER: ["ovn-host.service"], "ovn-host.service": ["disabled", ""]}
OFF_SINCE_BOOT = {CONTROLLER: [""], "ovn-host.service": ["disabled", ""]}


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a systemctl that shows these units, each by its own name; gives a host with it."""

    def of(units: dict[str, str]) -> Any:
        for name, shown in units.items():
            lines = "\n".join([f"Id={name}", "ActiveState=active", "SubState=running", *_lines(shown)])
            (tmp_path / name).write_text(f"{lines}\n")
        program(
            tmp_path,
            "systemctl",
            f"""case "$*" in *UnitPath*) exit ;; esac
while [ "$1" != -- ]; do shift; done; shift
for name; do
    [ -z "$between" ] || echo; between=1
    cat "{tmp_path}/$name" 2> /dev/null || printf 'Id=%s\\nLoadState=not-found\\nActiveState=inactive\\n' "$name"
done
""",
        )
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return checked(testinfra.get_host("local://"))

    return of


def _lines(shown: str) -> list[str]:
    """PROPERTY=VALUE …, where a value may have blanks."""
    lines: list[str] = []
    for word in shown.split(" "):
        lines += [word] if "=" in word else []
        lines[-1] += "" if "=" in word else f" {word}"
    return lines


def ovn(states: dict[str, list[str]]) -> dict[str, str]:
    return {name: UNITS[name].format(*values) for name, values in states.items()}


def test_the_switch_of_a_static_unit_starts_it_at_boot(systemd: Any) -> None:
    unit = read_unit(systemd(ovn(ENABLED)), [CONTROLLER])
    assert (unit.enablement, unit.starts_at_boot, unit.starter) == ("static", True, "ovn-host.service")


@pytest.mark.parametrize("states", [SWITCHED_OFF, OFF_SINCE_BOOT], ids=["today", "before the last boot"])
def test_a_switch_that_is_off_does_not(systemd: Any, states: dict[str, list[str]]) -> None:
    unit = read_unit(systemd(ovn(states)), [CONTROLLER])
    assert not unit.starts_at_boot
    assert unit.not_at_boot == (
        f"{unit.node}: ovn-controller.service is static, and ovn-host.service, which pulls it in, is disabled, so it "
        "will not run after a reboot. Fix: systemctl enable ovn-host.service"
    )


def test_what_another_needs_starts_with_it(systemd: Any) -> None:
    """neutron-openvswitch-agent is not needed for it: whoever requires the switch will do."""
    states = {VSWITCHD: ["openvswitch-switch.service"], "openvswitch-switch.service": ["disabled", "ovs.service"]}
    units = ovn(states) | {"ovs.service": "LoadState=loaded UnitFileState=enabled WantedBy=multi-user.target"}
    assert read_unit(systemd(units), [VSWITCHD]).starter == "ovs.service"


def test_rdos_is_bound_to_its_switch(systemd: Any) -> None:
    units = {
        VSWITCHD: "LoadState=loaded UnitFileState=static BoundBy=openvswitch.service PartOf=openvswitch.service",
        "openvswitch.service": "LoadState=loaded UnitFileState=enabled WantedBy=multi-user.target",
    }
    assert read_unit(systemd(units), [VSWITCHD]).starter == "openvswitch.service"
    units["openvswitch.service"] = "LoadState=loaded UnitFileState=disabled WantedBy="
    assert "Fix: systemctl enable openvswitch.service" in read_unit(systemd(units), [VSWITCHD]).not_at_boot


def test_its_owner_is_the_switch_and_not_another_that_needs_it(systemd: Any) -> None:
    """Debian's openvswitch-switch is disabled with ovs-record-hostname (Also=), which is listed first here."""
    pullers = "ovs-record-hostname.service openvswitch-switch.service"
    states = {VSWITCHD: [pullers], "openvswitch-switch.service": ["disabled", ""]}
    units = ovn(states) | {"ovs-record-hostname.service": "LoadState=loaded UnitFileState=disabled RequiredBy="}
    assert read_unit(systemd(units), [VSWITCHD]).switch == "openvswitch-switch.service"


def test_one_that_a_target_wants_needs_no_switch(systemd: Any) -> None:
    """As a script of /etc/init.d with its links in rc3.d, of which systemd-sysv-generator(8) makes one."""
    unit = {"tgt.service": "LoadState=loaded UnitFileState=generated WantedBy=multi-user.target graphical.target"}
    assert read_unit(systemd(unit), ["tgt.service"]).starter == "multi-user.target"


def test_one_that_nobody_wants_does_not_start(systemd: Any) -> None:
    unit = read_unit(systemd({"x.service": "LoadState=loaded UnitFileState=static WantedBy="}), ["x.service"])
    assert unit.not_at_boot.endswith(
        "x.service is static, and nothing pulls it in, so it will not run after a reboot. "
        "Fix: systemctl add-wants multi-user.target x.service"
    )
    script = read_unit(systemd({"y.service": "LoadState=loaded UnitFileState=generated WantedBy="}), ["y.service"])
    assert script.not_at_boot.endswith("Fix: systemctl enable y.service")


def test_what_is_switched_off_is_off_whoever_wants_it(systemd: Any) -> None:
    unit = {"x.service": "LoadState=loaded UnitFileState=disabled WantedBy=multi-user.target"}
    assert not read_unit(systemd(unit), ["x.service"]).starts_at_boot


def test_units_that_want_one_another_do_not_start(systemd: Any) -> None:
    units = {
        "x.service": "LoadState=loaded UnitFileState=static WantedBy=y.service",
        "y.service": "LoadState=loaded UnitFileState=static WantedBy=x.service",
    }
    assert not read_unit(systemd(units), ["x.service"]).starts_at_boot


@pytest.mark.parametrize(("states", "by"), [(ENABLED, "ovn-host.service"), (SWITCHED_OFF, "")])
def test_the_first_question_to_a_node_knows_it_too(systemd: Any, states: dict[str, list[str]], by: str) -> None:
    host, names = systemd(ovn(states)), ["nova-compute.service", CONTROLLER]
    assert parse_started(names, host.check_output(command(names)))[CONTROLLER]["StartedBy"] == by


def test_a_systemd_that_does_not_answer_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(AssertionError, match="Failed to connect to bus"):
        read_unit(checked(testinfra.get_host("local://")), ["x.service"])


@pytest.mark.parametrize(
    ("drop_ins", "starter"),
    [
        (f"/run/systemd/system/{CONTROLLER}.d/50-pacemaker.conf", "pacemaker.service"),
        ("/etc/systemd/system/x.d/limits.conf", ""),
    ],
)
def test_what_pacemaker_starts_is_disabled_on_purpose(systemd: Any, drop_ins: str, starter: str) -> None:
    shown = f"LoadState=loaded UnitFileState=disabled DropInPaths=/usr/lib/x.d/a.conf {drop_ins}"
    assert read_unit(systemd({CONTROLLER: shown}), [CONTROLLER]).starter == starter
