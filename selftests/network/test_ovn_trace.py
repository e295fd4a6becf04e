"""Where ovn-trace says that a packet ends, by what it prints (OVN 23.03)."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.proven import Proven
from fixtures.network import ovn_trace
from fixtures.network.drivers import linuxbridge, ovn
from fixtures.network.ovn_database import OvnDatabase
from fixtures.network.ovn_trace import FromOutside, traced, way_of
from fixtures.network.southbound import Southbound
from fixtures.nodes.nodes import Nodes
from selftests.network.test_northbound import table, uuids
from selftests.nodes.known_nodes import known_node

# Made with OVN's own programs: a switch with a localnet port, a router with NAT, a switch with a guest in two groups
ROUTED = """\
# tcp,reg14=0x1,vlan_tci=0x0000,dl_src=02:00:00:00:00:01,nw_src=203.0.113.1,nw_dst=203.0.113.120,nw_ttl=64,tp_dst=22

ingress(dp="neutron-ext", inport="provnet-1")
---------------------------------------------
 0. ls_in_check_port_sec (northd.c:8432): 1, priority 50, uuid e41b4cb6
    reg0[15] = check_in_port_sec();
    next;
25. ls_in_l2_lkup (northd.c:9193): eth.dst == fa:16:3e:00:00:02 && is_chassis_resident("cr-lrp-gw"), priority 50, uuid 1
    outport = "gw";
    output;

egress(dp="neutron-ext", inport="provnet-1", outport="gw")
----------------------------------------------------------
 9. ls_out_apply_port_sec (northd.c:5777): 1, priority 0, uuid 19a64542
    output;
    /* output to "gw", type "patch" */
"""
GUEST = """
egress(dp="neutron-int", inport="port-in", outport="guest")
-----------------------------------------------------------
 2. ls_out_pre_stateful (northd.c:6143): reg0[0] == 1, priority 100, uuid 178f3efd
    ct_next;

ct_next(ct_state=new|trk)
-------------------------
"""
ARRIVES = f"""{ROUTED}{GUEST}\
 9. ls_out_apply_port_sec (northd.c:5777): 1, priority 0, uuid 19a64542
    output;
    /* output to "guest", type "" */
"""
DROPPED = f"""{ROUTED}{GUEST}\
 4. ls_out_acl (northd.c:6543): reg0[9] == 1 && (outport == @neutron_pg_drop && ip), priority 2001, uuid a535bd91
    drop;
"""
WITHOUT_NAT = f"""{ROUTED}
multicast(dp="neutron-ext", mcgroup="_MC_flood_l2")
---------------------------------------------------

    egress(dp="neutron-ext", inport="gw", outport="provnet-1")
    ----------------------------------------------------------
         9. ls_out_apply_port_sec (northd.c:5777): 1, priority 0, uuid 19a64542
            output;
            /* output to "provnet-1", type "localnet" */
"""
PACKET = FromOutside("ext", "203.0.113.1", "203.0.113.120", ("fa:16:3e:00:00:02", "fa:16:3e:00:00:03"), "gw", "guest")


@pytest.mark.parametrize(
    ("shown", "arrives", "end"),
    [
        (ARRIVES, True, "neutron-int, where it leaves through guest"),
        (DROPPED, False, "neutron-int, ls_out_acl: reg0[9] == 1 && (outport == @neutron_pg_drop && ip)"),
        (WITHOUT_NAT, False, "neutron-ext, where it leaves through provnet-1"),
    ],
)
def test_its_end_is_the_last_table_or_port(shown: str, arrives: bool, end: str) -> None:
    found = traced(shown, "guest")
    assert found and (found.arrives, found.end) == (arrives, end)


@pytest.mark.parametrize("shown", ["", "ovn-trace: unknown logical port\n", "\x00 ingress(dp=\n"])
def test_what_shows_no_way_says_nothing(shown: str) -> None:
    assert traced(shown, "guest") is None


def told(monkeypatch: pytest.MonkeyPatch, *traces: str | None, localnet: bool = True) -> str:
    """What is said where ovn-trace prints these, one for each MAC address; None where it fails."""
    left = list(traces)
    switches, ports = [{"_uuid": uuids("s")}], [{"_uuid": uuids("l"), "logical_port": "provnet-1"}]
    chassis = [{"_uuid": uuids("c"), "name": "77aa", "hostname": "network1"}]
    bound = [{"_uuid": uuids("b"), "chassis": uuids("c"), "up": True}]

    def run(command: str, *_: str) -> SimpleNamespace:
        if "ovn-trace" in command:
            shown = left.pop(0)
            return SimpleNamespace(succeeded=shown is not None, stdout=shown or "", stderr="")
        asked = {"Datapath_Binding": switches, "type=localnet": ports if localnet else [], "list Chassis": chassis}
        rows = next((rows for word, rows in asked.items() if word in command), bound)
        return SimpleNamespace(succeeded=True, stdout=table(*rows), stderr="")

    service: Any = SimpleNamespace(host=SimpleNamespace(run=run))
    database = OvnDatabase("Southbound", known_node("controller"), service)
    monkeypatch.setattr(ovn_trace, "database_on", lambda *_: database)
    assert str(Southbound(database)).startswith("OVN's Southbound")
    return way_of(Nodes("", ()), ovn.DRIVER, PACKET)


def test_where_the_databases_end_it_that_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, DROPPED, WITHOUT_NAT)
    assert isinstance(found, Proven)
    assert "203.0.113.120 ends in neutron-int, ls_out_acl: " in found


@pytest.mark.parametrize("traces", [(ARRIVES, WITHOUT_NAT), (WITHOUT_NAT, ARRIVES), (None, ARRIVES)])
def test_where_they_let_it_through_the_chassis_are_named(
    traces: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(monkeypatch, *traces)
    assert not isinstance(found, Proven)
    assert "the router's gateway is bound on chassis 77aa (network1), up, the guest's port bound on chassis" in found


def test_a_network_without_a_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no port of type localnet" in told(monkeypatch, localnet=False)


def test_who_cannot_be_asked_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, None, None) == ""
    assert way_of(Nodes("", ()), linuxbridge.DRIVER, PACKET) == ""
    monkeypatch.setattr(ovn_trace, "database_on", lambda *_: pytest.skip("none is given"))
    assert way_of(Nodes("", ()), ovn.DRIVER, PACKET) == ""


def test_a_value_that_could_be_more_than_one_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ovn_trace, "PLAIN", re.compile("[^f].*"))
    assert told(monkeypatch, ARRIVES, ARRIVES) == ""
