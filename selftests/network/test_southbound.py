from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network.northbound import Northbound
from fixtures.network.ovn_database import OvnDatabase
from fixtures.network.southbound import NOWHERE, SBCTL, Progress, Southbound, bound, is_gateway, progress
from selftests.network.test_northbound import Answers, table, uuids
from selftests.nodes.known_nodes import known_node

# Rows with the columns of OVN 23.03 that are looked at. Source: ovn-sb(5), Chassis, Chassis_Private, Port_Binding
NETWORK1 = {
    "_uuid": uuids("c1"),
    "name": "5ad98a23",
    "hostname": "network1",
    "other_config": ["map", [["ovn-bridge-mappings", "provider:br-ex"], ["ovn-cms-options", "enable-chassis-as-gw"]]],
}
COMPUTE1 = {"_uuid": uuids("c2"), "name": "77aa", "hostname": "compute1", "other_config": ["map", []]}
TABLES = {
    "SB_Global": table({"_uuid": uuids("g"), "nb_cfg": 7, "options": ["map", []]})
    + table(
        {"_uuid": uuids("p1"), "name": "5ad98a23", "nb_cfg": 7}, {"_uuid": uuids("p2"), "name": "77aa", "nb_cfg": 5}
    ),
    "Chassis": table(NETWORK1, COMPUTE1),
    "Port_Binding": table({"_uuid": uuids("b"), "logical_port": "p1", "chassis": uuids("c2"), "up": True}),
}


def asked_of(tables: dict[str, str]) -> tuple[Southbound, list[str]]:
    host: Any = Answers(tables)
    service: Any = SimpleNamespace(host=host)
    return Southbound(OvnDatabase("Southbound", known_node("controller"), service)), host.asked


def test_a_port_is_where_its_chassis_is() -> None:
    there, asked = asked_of(TABLES)
    assert str(there.binding("p1")) == "bound on chassis 77aa (compute1), up"
    assert asked[0] == SBCTL + "find Port_Binding logical_port=p1"


def test_a_port_that_is_not_there_is_none() -> None:
    there, _ = asked_of({**TABLES, "Port_Binding": table()})
    assert there.binding("p1") is None


@pytest.mark.parametrize(
    ("up", "is_up"), [({"up": True}, True), ({"up": False}, False), ({"up": []}, False), ({}, True)]
)
def test_a_release_may_not_tell_whether_it_is_up(up: dict[str, Any], is_up: bool) -> None:
    chassis = {"c2": {"name": "77aa", "hostname": "compute1"}}
    assert bound({"chassis": "c2", **up}, chassis).is_up is is_up


def test_a_port_may_be_bound_nowhere() -> None:
    assert bound({"chassis": [], "up": False}, {}) == NOWHERE
    assert str(NOWHERE) == "bound nowhere, not up"


def test_gateways_are_marked() -> None:
    there, _ = asked_of(TABLES)
    assert there.gateways() == {"5ad98a23": "network1"}
    older = {"external_ids": {"ovn-cms-options": "other,enable-chassis-as-gw"}}
    assert [is_gateway(row) for row in (older, {}, {"other_config": {"ovn-cms-options": "other"}})] == [
        True,
        False,
        False,
    ]


def test_progress_is_told_by_each_chassis() -> None:
    there, asked = asked_of(TABLES)
    assert there.progress() == Progress(7, {"5ad98a23": 7, "77aa": 5})
    assert asked[0].endswith("-- list SB_Global -- list Chassis_Private")


def test_chassis_may_be_told_not_to() -> None:
    options = {"enable_chassis_nb_cfg_update": "false"}
    assert progress([{"nb_cfg": 7, "options": options}], []) == Progress(7, {}, is_told=False)
    assert progress([], []) == Progress(0, {})


def test_an_older_release_has_no_such_table() -> None:
    said = SimpleNamespace(failed=True, succeeded=False, stderr='ovn-sbctl: unknown table "Chassis_Private"\n')
    host: Any = SimpleNamespace(run=lambda *_: said)
    service: Any = SimpleNamespace(host=host)
    with pytest.raises(pytest.skip.Exception, match="no table Chassis_Private"):
        Southbound(OvnDatabase("Southbound", known_node("controller"), service)).progress()


def test_a_database_is_known_by_its_only_row() -> None:
    there, asked = asked_of(TABLES)
    assert there.identity("tcp:10.0.0.11:6642") == "g"
    assert "--db=tcp:10.0.0.11:6642 " in asked[0]
    silent: Any = SimpleNamespace(run=lambda *_: SimpleNamespace(succeeded=False, stderr="timed out"))
    service: Any = SimpleNamespace(host=silent)
    assert Southbound(OvnDatabase("Southbound", known_node("controller"), service)).identity("tcp:x:1") is None


def test_both_databases_say_which_they_are() -> None:
    service: Any = None
    names = [str(kind(OvnDatabase(name, known_node("ctl1"), service))) for name, kind in KINDS.items()]
    assert names == ["OVN's Northbound database on ctl1", "OVN's Southbound database on ctl1"]


KINDS: dict[str, Any] = {"Northbound": Northbound, "Southbound": Southbound}
