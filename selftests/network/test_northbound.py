import json
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.subnet import Subnet

from fixtures.network.drivers import linuxbridge, ovn
from fixtures.network.northbound import DROP_GROUP, NBCTL, Nat, Northbound, group_name, nat_in, northbound, rules_in
from fixtures.network.ovn_database import OvnDatabase, database_on
from selftests.nodes.known_nodes import known_node

ROUTER, NAT, FIP, GROUP, ACL, PORT = ("uuid-of-" + name for name in ("router", "nat", "fip", "group", "acl", "port"))
SUBNET = Subnet(id="s1", cidr="172.16.1.0/24", gateway_ip="172.16.1.1")


def table(*rows: dict[str, Any]) -> str:
    """As ovn-nbctl --format=json prints it; no row without its _uuid."""
    headings = sorted({heading for row in rows for heading in row})
    return json.dumps({"data": [[row[each] for each in headings] for row in rows], "headings": headings}) + "\n"


def uuids(*names: str) -> Any:
    return ["uuid", names[0]] if len(names) == 1 else ["set", [["uuid", name] for name in names]]


# Rows with the columns of OVN 23.03 that are looked at, by OVN's ovn-nb(5); the values as Neutron writes them
# (neutron's ovn_client.py, _create_or_update_floatingip(), update_nat_rules(), _get_ovn_dhcpv4_opts(); its acl.py)
SNAT_ROW = {
    "_uuid": uuids(NAT),
    "type": "snat",
    "external_ip": "10.0.0.200",
    "logical_ip": "172.16.1.0/24",
    "external_mac": ["set", []],
    "logical_port": ["set", []],
}
FIP_ROW = {
    "_uuid": uuids(FIP),
    "type": "dnat_and_snat",
    "external_ip": "10.0.0.216",
    "logical_ip": "172.16.1.5",
    "external_mac": "fa:16:3e:00:00:01",
    "logical_port": "p1",
}
TABLES = {
    "Logical_Router": table({"_uuid": uuids(ROUTER), "name": "neutron-r1", "nat": uuids(NAT, FIP)}),
    "NAT": table(SNAT_ROW, FIP_ROW),
    "Logical_Switch_Port": table({"_uuid": uuids(PORT), "name": "p1", "dhcpv4_options": uuids("d1")}),
    "DHCP_Options": table(
        {
            "_uuid": uuids("d1"),
            "cidr": "172.16.1.0/24",
            "options": ["map", [["lease_time", "43200"], ["router", "172.16.1.1"], ["server_id", "172.16.1.1"]]],
            "external_ids": ["map", [["subnet_id", "s1"]]],
        }
    ),
    "Port_Group": table({"_uuid": uuids(GROUP), "name": "pg_a_b", "acls": uuids(ACL), "ports": uuids(PORT, "other")}),
    "ACL": table(
        {
            "_uuid": uuids(ACL),
            "action": "allow-related",
            "direction": "to-lport",
            "external_ids": ["map", [["neutron:security_group_rule_id", "rule1"]]],
        }
    ),
}


class Answers:
    """The programs of a node, which print these tables."""

    def __init__(self, tables: dict[str, str]) -> None:
        self.tables, self.asked = tables, list[str]()

    def run(self, command: str, *words: str) -> Any:
        self.asked.append(command % words)
        name = next(word for word in command.split() if word in self.tables)
        return SimpleNamespace(succeeded=True, failed=False, stdout=self.tables[name], stderr="")


def asked_of(tables: dict[str, str]) -> tuple[Northbound, list[str]]:
    host: Any = Answers(tables)
    service: Any = SimpleNamespace(host=host)
    return Northbound(OvnDatabase("Northbound", known_node("controller"), service)), host.asked


def test_nat_is_that_of_the_router() -> None:
    there, asked = asked_of(TABLES)
    assert [*map(repr, there.nat("r1"))] == [
        "snat 10.0.0.200 172.16.1.0/24",
        "dnat_and_snat 10.0.0.216 172.16.1.5 on its own chassis",
    ]
    assert asked == [
        NBCTL + "--if-exists list Logical_Router neutron-r1",
        f"{NBCTL}--if-exists list NAT {NAT} {FIP}",
    ]


def test_of_a_router_that_is_not_there_nothing_is() -> None:
    there, asked = asked_of({"Logical_Router": table()})
    assert (there.router("r1"), there.nat("r1"), len(asked)) == (None, [], 2)


def test_a_rule_is_centralized_unless_both_columns_are_set() -> None:
    assert nat_in({**FIP_ROW, "external_mac": [], "logical_port": "p1"}).is_distributed is False
    assert nat_in({"type": "snat"}) == Nat("snat", "", "")


@pytest.mark.parametrize(
    ("logical", "covers"),
    [("172.16.1.0/24", True), ("0.0.0.0/0", True), ("172.16.2.0/24", False), ("172.16.1.5", False), ("", False)],
)
def test_a_rule_is_for_a_range(logical: str, covers: bool) -> None:
    assert Nat("snat", "10.0.0.200", logical).covers("172.16.1.0/24") is covers


def test_options_are_those_of_the_subnet_and_of_the_port() -> None:
    there, asked = asked_of(TABLES)
    for found in (there.dhcp_of_subnet("s1"), there.dhcp_of_port("p1")):
        assert [*map(repr, found)] == ["172.16.1.0/24 with router 172.16.1.1"]
        assert found[0].fits(SUBNET)
        assert not found[0].fits(Subnet(cidr="172.16.1.0/24", gateway_ip="172.16.1.254"))
    assert asked[0].endswith("find DHCP_Options external_ids:subnet_id=s1")


def test_a_port_without_options_has_none() -> None:
    bare = table({"_uuid": uuids(PORT), "name": "p1", "dhcpv4_options": ["set", []]})
    there, asked = asked_of({"Logical_Switch_Port": bare})
    assert (there.dhcp_of_port("p1"), len(asked)) == ([], 1)


def test_groups_tell_their_ports_and_acls() -> None:
    there, _ = asked_of(TABLES)
    assert there.groups_without("p1", ["pg_a_b"]) == []
    assert rules_in(there.acls_in("pg_a_b")) == {"rule1"}
    empty, _ = asked_of({**TABLES, "Port_Group": table()})
    assert empty.groups_without("p1", [DROP_GROUP, "pg_a_b"]) == [DROP_GROUP, "pg_a_b"]
    assert empty.acls_in("pg_a_b") == []
    unknown, _ = asked_of({**TABLES, "Logical_Switch_Port": table()})
    assert unknown.groups_without("p1", ["pg_a_b"]) == ["pg_a_b"]


def test_a_security_group_has_a_name_of_ovns_kind() -> None:
    assert group_name("0a1b2c3d-0000-4000-8000-000000000001") == "pg_0a1b2c3d_0000_4000_8000_000000000001"


def test_a_database_that_does_not_answer_is_told() -> None:
    said = "ovn-nbctl: unix:/var/run/ovn/ovnnb_db.sock: database connection failed (No such file or directory)\n"
    service: Any = SimpleNamespace(restart="systemctl restart X", to_see_why="journalctl -u X -n 50")
    database = OvnDatabase("Northbound", known_node("controller"), service)
    with pytest.raises(AssertionError) as told:
        database.rows(SimpleNamespace(succeeded=False, stderr=said))
    assert str(told.value).startswith(
        f"OVN's Northbound database on controller does not answer: {said.strip()}. Fix: on controller systemctl "
        "restart X; the reason is in journalctl -u X -n 50 (OVN-1)"
    )


@pytest.mark.parametrize(
    ("distribution", "service", "unit"),
    [
        ("debian", "ovn-nb-db", "ovn-ovsdb-server-nb.service"),
        ("rdo", "ovn-northd", "ovn-northd.service"),
        ("devstack", "ovn-northd", "devstack@ovn-northd.service"),
        ("kolla", "ovn-nb-db", "kolla-ovn_nb_db-container.service"),
    ],
)
def test_a_database_is_where_its_unit_is(distribution: str, service: str, unit: str) -> None:
    without = known_node("compute1", distribution, running=["nova-compute"])
    having = known_node("controller", distribution, running=[service])
    nodes: Any = SimpleNamespace(all=(without, having))
    found = database_on(nodes, "Northbound")
    assert (found.node.name, found.service.unit) == ("controller", unit)


def test_without_one_nothing_is_asked() -> None:
    nodes: Any = SimpleNamespace(all=(known_node("compute1", dormant=["ovn-nb-db"]),))
    with pytest.raises(pytest.skip.Exception, match="no given node has OVN's Northbound database"):
        database_on(nodes, "Northbound")
    make: Any = northbound
    with pytest.raises(pytest.skip.Exception, match="OVN does not wire this cloud's guests"):
        make.__wrapped__(nodes, linuxbridge.DRIVER)
    with pytest.raises(pytest.skip.Exception, match="no given node"):
        make.__wrapped__(nodes, ovn.DRIVER)
