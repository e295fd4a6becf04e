from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network import southbound_difference as module
from fixtures.network.ovsdb import Remote, parse_remotes
from fixtures.network.southbound_difference import difference, meet, places
from selftests.network.chassis import chassis
from selftests.nodes.known_nodes import known_node

CONTROLLER = known_node("controller", addresses=("10.0.0.11", "192.0.2.11"))
COMPUTE = known_node("compute1", addresses=("10.0.0.101",))
NODES: Any = SimpleNamespace(all=(CONTROLLER, COMPUTE))
HOSTS = {"controller": {"10.0.0.11"}, "db.example.org": {"198.51.100.7"}}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(node: Any, wanted: list[str]) -> dict[str, frozenset[str]]:
        return {name: frozenset(HOSTS.get(name, {name} if name[0].isdigit() else set())) for name in wanted}

    monkeypatch.setattr(module, "resolve", resolve)


def at(text: str, asked: Any = COMPUTE) -> set[tuple[str, int]]:
    return places(parse_remotes(text), asked, NODES)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("tcp:10.0.0.11:6642", ("controller", 6642)),
        ("ssl:192.0.2.11:6642", ("controller", 6642)),
        ("tcp:controller:6642", ("controller", 6642)),
        ("tcp:db.example.org:6642", ("198.51.100.7", 6642)),
        ("tcp:unknown.example.org:6642", ("unknown.example.org", 6642)),
        ("tcp:127.0.0.1:6642", ("compute1", 6642)),
        ("unix:/var/run/ovn/ovnsb_db.sock", ("compute1", 0)),
    ],
)
def test_a_place_is_a_node_whatever_it_is_called(text: str, where: tuple[str, int]) -> None:
    assert at(text) == {where}


@pytest.mark.parametrize(
    ("chassis_has", "neutron_has", "same"),
    [
        ("tcp:192.0.2.11:6642", "tcp:10.0.0.11:6642", True),
        ("tcp:controller:6642", "tcp:127.0.0.1:6642", True),
        ("tcp:10.0.0.11:6642", "unix:/var/run/ovn/ovnsb_db.sock", True),
        ("tcp:10.0.0.12:6642,tcp:10.0.0.11:6642", "tcp:10.0.0.11:6642,tcp:10.0.0.13:6642", True),
        ("tcp:10.0.0.11:6641", "tcp:10.0.0.11:6642", False),
        ("tcp:10.0.0.12:6642", "tcp:10.0.0.11:6642", False),
    ],
)
def test_they_look_at_the_same_place(chassis_has: str, neutron_has: str, same: bool) -> None:
    assert meet(at(chassis_has), at(neutron_has, CONTROLLER)) is same


def difference_of(answers: dict[str, str], opens: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(module, "why_closed", lambda run, host, port: "" if opens else "Connection refused")
    database = SimpleNamespace(node=SimpleNamespace(name="controller", host=SimpleNamespace(run=None)))
    southbound: Any = SimpleNamespace(identity=answers.get, database=database)
    return difference(southbound, "tcp:10.0.0.11:6642", chassis(ovn_remote="tcp:10.0.0.11:16641"))


NEUTRONS, CHASSISS = "tcp:10.0.0.11:6642", "tcp:10.0.0.11:16641"


def test_a_relay_is_the_same_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """kolla-ansible, ansible/roles/ovn-db: ovn_sb_db_relay."""
    assert difference_of({NEUTRONS: "a", CHASSISS: "a"}, True, monkeypatch) == ""


def test_another_database_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = difference_of({NEUTRONS: "a", CHASSISS: "b"}, True, monkeypatch)
    assert wrong == "leads to another Southbound database"


def test_what_is_none_is_told_where_something_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = difference_of({NEUTRONS: "a"}, True, monkeypatch)
    assert wrong == "leads to no Southbound database, though tcp:10.0.0.11:16641 opens"
    with pytest.raises(pytest.skip.Exception, match="compute1: it looks elsewhere than neutron-server"):
        difference_of({NEUTRONS: "a"}, False, monkeypatch)


def test_where_neutrons_own_cannot_be_asked_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="controller cannot ask there"):
        difference_of({}, True, monkeypatch)


def test_a_mistyped_end_is_no_place() -> None:
    make: Any = module.southbound_difference
    each = chassis(ovn_remote="10.0.0.11:6642")
    assert each.remotes == []
    assert make.__wrapped__(each, [], NODES, None) == "names no place of a database"
    assert Remote("tcp", "10.0.0.11", 6642) in chassis().remotes
