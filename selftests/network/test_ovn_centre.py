from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network import ovn_central_unit as central
from fixtures.network import ovn_metadata_unit as metadata
from fixtures.network.cluster_status import ClusterStatus, cluster_status, parse_cluster_status
from fixtures.network.drivers import linuxbridge, ovn
from fixtures.network.northd_statuses import SILENT, northd_statuses, parse_status
from fixtures.nodes.node import Node
from selftests.nodes.known_nodes import known_node

# In the form of Open vSwitch's ovsdb/raft.c, raft_unixctl_status()
FOLLOWER = """\
0ea6
Name: OVN_Northbound
Cluster ID: f6a3 (f6a36e77-97bf-4740-b46a-705cbe4fef45)
Server ID: 0ea6 (0ea6e785-c2bb-4640-b7a2-85104c11a2c1)
Address: ssl:10.219.3.174:6643
Status: cluster member
Role: follower
Term: 3
Leader: 22dd
Vote: unknown

Election timer: 1000
Log: [2, 10]
Entries not yet committed: 0
Entries not yet applied: 0
Connections: ->f6cf ->22dd <-22dd <-f6cf
Disconnections: 0
Servers:
    0ea6 (0ea6 at ssl:10.219.3.174:6643) (self)
    f6cf (f6cf at ssl:10.219.3.64:6643)
    22dd (22dd at ssl:10.219.3.137:6643)
"""


def test_a_sound_member_has_nothing_wrong() -> None:
    status = parse_cluster_status(FOLLOWER)
    assert status == ClusterStatus("cluster member", "follower", "22dd", ())
    assert status.wrong == ""
    assert (
        parse_cluster_status(FOLLOWER.replace("Role: follower", "Role: leader").replace("22dd\nV", "self\nV")).wrong
        == ""
    )


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("Leader: 22dd", "Leader: unknown", "knows no leader of its cluster (it is a follower)"),
        ("Status: cluster member", "Status: joining cluster", "says of its part in the cluster: joining cluster"),
        (
            "Status: cluster member",
            "Status: disconnected from the cluster (election timeout)",
            "says of its part in the cluster: disconnected",
        ),
        ("->f6cf ->22dd <-22dd <-f6cf", "(->f6cf) ->22dd <-22dd", "has lost its cluster's f6cf"),
    ],
)
def test_an_unsound_one_is_told(old: str, new: str, wrong: str) -> None:
    assert parse_cluster_status(FOLLOWER.replace(old, new)).wrong.startswith(wrong)


def cluster(answer: Any, **units: list[str]) -> Any:
    node = known_node("controller", **units)  # type: ignore[arg-type]
    there = node.service("ovn-nb-db")
    service = SimpleNamespace(is_used=there.is_used, host=SimpleNamespace(try_run=lambda *_: answer))
    make: Any = cluster_status
    return make.__wrapped__(SimpleNamespace(name="controller", service=lambda name: service), "Northbound")


def test_one_that_stands_alone_is_not_judged() -> None:
    """Source: raft_unixctl_status(); Open vSwitch, utilities/ovs-appctl.c."""
    said = "unknown cluster\novn-appctl: /var/run/ovn/ovnnb_db.ctl: server returned an error\n"
    answer = SimpleNamespace(failed=True, stdout="", stderr=said)
    with pytest.raises(pytest.skip.Exception, match="its Northbound database is in no cluster"):
        cluster(answer, running=["ovn-nb-db"])
    with pytest.raises(pytest.skip.Exception, match=r"controller has no Northbound database of OVN's"):
        cluster(answer)
    silent = SimpleNamespace(failed=True, stdout="", stderr="no socket ovnnb_db.ctl\n")
    with pytest.raises(pytest.skip.Exception, match=r"tells nothing of a cluster: no socket ovnnb_db\.ctl"):
        cluster(silent, running=["ovn-nb-db"])
    member = SimpleNamespace(failed=False, stdout=FOLLOWER, stderr="")
    assert cluster(member, running=["ovn-nb-db"]).wrong == ""


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Status: active\n", "active"), ("Status: standby\n", "standby"), ("Status: paused\n", "paused"), ("", SILENT)],
)
def test_northd_tells_its_status(shown: str, status: str) -> None:
    """Source: OVN, northd/ovn-northd.c, ovn_northd_status(), and its tests/ovn-northd.at."""
    assert parse_status(shown) == status


def statuses(*nodes: Any, driver: Any = ovn.DRIVER) -> dict[str, str]:
    make: Any = northd_statuses
    found: dict[str, str] = make.__wrapped__(SimpleNamespace(all=nodes), driver)
    return found


def node_with_northd(name: str, **answer: Any) -> Any:
    container = answer.pop("container", None)
    host = SimpleNamespace(try_run=lambda *_: SimpleNamespace(**{"stdout": "", "stderr": "", **answer}))
    return SimpleNamespace(name=name, service=lambda _: SimpleNamespace(is_used=True, host=host, container=container))


def test_each_northd_is_asked() -> None:
    silent = node_with_northd("ctl3", succeeded=False, stderr='ovn-appctl: cannot read pidfile "…"\n')
    active = node_with_northd("ctl1", succeeded=True, stdout="Status: active\n")
    standby = node_with_northd("ctl2", succeeded=True, stdout="Status: standby\n")
    assert statuses(active, standby, silent) == {"ctl1": "active", "ctl2": "standby", "ctl3": SILENT}


def test_a_container_whose_socket_is_elsewhere_is_not_judged() -> None:
    said = 'ovn-appctl: cannot connect to "/run/ovn/ovn-northd.7.ctl" (No such file or directory)\n'
    with pytest.raises(pytest.skip.Exception, match="ctl1: what runs in the container of ovn-northd does not answer"):
        statuses(node_with_northd("ctl1", succeeded=False, stderr=said, container="ovn_northd"))


def test_an_older_one_cannot_tell() -> None:
    said = '"status" is not a valid command (use "list-commands" to see a list of valid commands)\n'
    with pytest.raises(pytest.skip.Exception, match="ctl1: this release of ovn-northd does not tell"):
        statuses(node_with_northd("ctl1", succeeded=False, stderr=said))
    with pytest.raises(pytest.skip.Exception, match="no given node has ovn-northd"):
        statuses(known_node("compute1"))
    with pytest.raises(pytest.skip.Exception, match="OVN does not wire"):
        statuses(driver=linuxbridge.DRIVER)


def unit(node: Node, *others: Node, service: str) -> Any:
    make: Any = central.ovn_central_unit
    return make.__wrapped__(node, SimpleNamespace(all=(node, *others)), service, ovn.DRIVER)


def test_a_unit_that_stands_for_all_is_looked_at_once() -> None:
    node = known_node("controller", "rdo", running=["ovn-northd"])
    with pytest.raises(pytest.skip.Exception, match=r"ovn-northd\.service starts it, too"):
        unit(node, service="ovn-nb-db")


def test_what_is_not_there_is_not_looked_at() -> None:
    with pytest.raises(pytest.skip.Exception, match="controller has no ovn-northd"):
        unit(known_node("controller"), service="ovn-northd")


def test_a_package_that_nobody_uses_is_not_looked_at() -> None:
    idle, other = known_node("ctl1", dormant=["ovn-northd"]), known_node("ctl2", running=["ovn-northd"])
    with pytest.raises(pytest.skip.Exception, match="ctl1: its ovn-northd is not used; ctl2 has it"):
        unit(idle, other, service="ovn-northd")


def test_the_only_one_that_is_off_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = known_node("ctl1", dormant=["ovn-northd"])
    monkeypatch.setattr(central, "northd_status", lambda node: "active")
    with pytest.raises(pytest.skip.Exception, match="something else than systemd"):
        unit(idle, service="ovn-northd")
    monkeypatch.setattr(central, "northd_status", lambda node: SILENT)
    monkeypatch.setattr(Node, "unit", lambda node, service: f"unit of {service}")
    assert unit(idle, service="ovn-northd") == "unit of ovn-northd"


def metadata_unit(node: Node) -> Any:
    make: Any = metadata.ovn_metadata_unit
    return make.__wrapped__(node)


def test_of_two_metadata_agents_the_one_that_is_used_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "unit", lambda node, service: service)
    ovns, older, newer = "ovn-controller", "neutron-ovn-metadata-agent", "neutron-ovn-agent"
    assert metadata_unit(known_node("compute1", running=[ovns], stopped=[older])) == older
    told = {"extensions": "metadata"}
    monkeypatch.setattr(metadata, "effective_config", lambda *_: SimpleNamespace(value=lambda name, _: told[name]))
    assert metadata_unit(known_node("compute1", running=[ovns, newer], dormant=[older])) == newer
    assert metadata_unit(known_node("compute1", running=[ovns, newer])) == newer
    told["extensions"] = ""
    assert metadata_unit(known_node("compute1", running=[ovns, newer], dormant=[older])) == older
    with pytest.raises(pytest.skip.Exception, match="compute1: neither neutron-ovn-metadata-agent nor"):
        metadata_unit(known_node("compute1", running=[ovns]))
    with pytest.raises(pytest.skip.Exception, match="compute1: OVN does not wire"):
        metadata_unit(known_node("compute1", running=["neutron-openvswitch-agent", older]))
