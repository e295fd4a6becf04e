"""What is said of databases, with outcomes that the test gives; and the checks themselves."""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from fixtures.database.cell_databases import faults_in_cells
from fixtures.database.database_outcome import Cell, Outcome
from fixtures.database.database_refusal import refusal
from fixtures.database.database_servers import crowding, ends_transactions, frozen, takes_no_changes, unready
from fixtures.database.databases import Database
from fixtures.database.schemas import fault_in_schema, to_sync
from fixtures.nodes.service import Service
from selftests.database.known_databases import CELL0, opened

checks: Any = importlib.import_module("tests.database.test_database_nodes")
PLACE = r"^controller: /etc/nova/nova\.conf \[api_database\] connection \(line 14\): "
OPEN = Outcome(user="nova", host="db", database="nova_api", tables=30)


class One:
    """Subtests whose first failure ends the test."""

    def test(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()


ONE: Any = One()
HOST: Any = None


def refused(code: int, said: str = "no", **others: Any) -> Outcome:
    return Outcome(why="refused", code=code, said=said, user="nova", host="db", database="nova_api", **others)


@pytest.mark.parametrize(
    ("outcome", "seen", "fix"),
    [
        (refused(1045, "Access denied"), 'refuses the user nova .*: 1045 "Access denied"', "ALTER USER .* %XX"),
        (
            refused(1044),
            "refuses the user nova for the database nova_api",
            r"GRANT ALL PRIVILEGES ON nova_api\.\* TO 'n",
        ),
        (refused(1049), "for the database nova_api: 1049", "CREATE DATABASE nova_api"),
        (refused(1040, "ny connections"), '1040 "Too many connections"', "raise max_connections"),
        (refused(1130), "1130", "from where the user may come"),
        (refused(1226), "1226", "MAX_USER_CONNECTIONS"),
        (refused(1047), "1047", "wsrep"),
        (
            refused(2003, port=3306),
            "the server db:3306 cannot be reached by the user nova",
            r"controller knows the name db",
        ),
        (refused(9999), '9999 "no"', "read the server's log on db"),
        (refused(0, "unexpected keyword argument"), ': "unexpected keyword', "read the server's log"),
        (Outcome(why="silent", host="db"), "the server db does not answer in time", "firewall"),
        (
            Outcome(why="url"),
            "it is no URL of a database",
            r"correct \[api_database\] connection in /etc/nova/nova\.conf",
        ),
    ],
)
def test_a_refusal_says_where_whom_and_what_helps(outcome: Outcome, seen: str, fix: str) -> None:
    with pytest.raises(AssertionError, match=rf"{PLACE}.*{seen}.*Fix: .*{fix}.*, then systemctl restart nova-api\n"):
        checks.test_databases_open([opened(outcome)], ONE)


def test_an_odd_name_is_in_no_command() -> None:
    odd = Outcome(why="refused", code=1044, user="$(x)", host="db", database="`y`")
    assert "GRANT ALL PRIVILEGES ON DATABASE.* TO 'USER'@'%'" in refusal(opened(odd))


def test_a_sound_database_passes() -> None:
    cells = (Cell(CELL0, "cell0", OPEN), Cell("c1", "cell1", OPEN))
    status = {"max_connections": "100", "threads_connected": "89", "wsrep_on": "OFF", "wsrep_provider": "none"}
    sound = [opened(Outcome(user="nova", host="db", database="nova_api", tables=3, status=status, cells=cells))]
    for check in (
        checks.test_databases_open,
        checks.test_schemas_are_those_of_the_code,
        checks.test_databases_of_the_cells_open,
        checks.test_database_servers_have_room,
        checks.test_database_servers_are_ready,
    ):
        check(sound, ONE)


@pytest.mark.parametrize(
    ("check", "outcome", "why"),
    [
        ("test_databases_open", Outcome(why="driver"), "has not the driver for it"),
        ("test_databases_of_the_cells_open", OPEN, "no service here reads Nova's cells"),
        ("test_database_servers_have_room", OPEN, "no server of MySQL or MariaDB"),
        ("test_database_servers_are_ready", refused(1045), "no server of MySQL or MariaDB"),
    ],
)
def test_what_is_not_known_is_skipped_with_its_reason(check: str, outcome: Outcome, why: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=why):
        getattr(checks, check)([opened(outcome)], ONE)


def test_a_schema_is_to_be_made_or_brought_up_to_date() -> None:
    empty = fault_in_schema(
        opened(Outcome(host="db", database="placement", tables=0), "placement_database", "placement")
    )
    assert 'Fix: su -s /bin/sh -c "placement-manage db sync" placement, then ' in empty
    behind = Outcome(host="db", database="nova_api", tables=9, at=("a1",), lacks=("c3",))
    said = fault_in_schema(opened(behind))
    assert "older than the code of nova on controller: they are at a1, expected c3" in said
    assert 'su -s /bin/sh -c "nova-manage api_db sync" nova' in said
    assert fault_in_schema(opened(OPEN)) == fault_in_schema(opened(refused(1045))) == ""


def test_in_a_container_the_command_is_the_engines() -> None:
    option = opened(OPEN, "placement_database", "placement").option
    inside = Service(HOST, {"Id": "x", "ContainerName": "placement_api", "ContainerEngine": "podman"})
    assert to_sync(option, inside) == "podman exec placement_api placement-manage db sync"
    assert to_sync(opened(OPEN, "database", "watcher").option, Service(HOST, {})) == "the db sync of watcher"


def test_in_a_virtual_environment_the_command_is_its_own_and_the_user_the_units() -> None:
    there = Service(HOST, {"Id": "devstack@n-sch.service", "User": "stack", "VirtualEnv": "/opt/stack/data/venv/bin"})
    command = "/opt/stack/data/venv/bin/nova-manage db sync"
    assert to_sync(opened(OPEN, "database", "nova").option, there) == f'su -s /bin/sh -c "{command}" stack'


def cells(*cells: Cell) -> dict[str, str]:
    return dict(faults_in_cells(opened(Outcome(host="db", database="nova_api", cells=cells))))


def test_what_is_wrong_with_a_cell_says_whose_word_it_is() -> None:
    wrong = Outcome(why="refused", code=1045, said="Access denied", user="nova", host="db", database="nova")
    found = cells(Cell(CELL0, "cell0", Outcome(host="db", database="nova_cell0", tables=0)), Cell("c1", "cell1", wrong))
    where = "in cell_mappings of the database nova_api on db (/etc/nova/nova.conf:14 [api_database] connection)"
    assert found["cell1"].startswith(f"controller: cell cell1 (c1) {where}: the server db refuses the user nova")
    assert "nova-manage cell_v2 update_cell --cell_uuid c1 takes it from [database] connection" in found["cell1"]
    assert f"cell cell0 ({CELL0}) {where}: the database nova_cell0 on db has no tables" in found["cell0"]


def test_the_url_of_cell0_is_a_template_without_a_password() -> None:
    wrong = Outcome(why="refused", code=1044, said="no", user="nova", host="db", database="nova_cell0")
    said = cells(Cell(CELL0, "", wrong), Cell("c1", "cell1", OPEN))[CELL0]
    assert "--database_connection '{scheme}://{username}:{password}@{hostname}/nova_cell0?{query}'" in said
    assert "GRANT ALL PRIVILEGES ON nova_cell0.* TO 'nova'@'%'" in said


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ((), ["map_cell0", "create_cell"]),
        ((Cell(CELL0, "cell0", OPEN),), ["create_cell"]),
        ((Cell("c1", "c", OPEN),), ["map_"]),
    ],
)
def test_a_cell_that_is_missing_is_told(there: tuple[Cell, ...], missing: list[str]) -> None:
    told = [said for said in cells(*there).values() if said]
    assert len(told) == len(missing)
    assert all(word in said for word, said in zip(missing, told, strict=True))


def test_a_cell_of_which_nothing_is_known_is_not_told() -> None:
    assert not any(cells(Cell(CELL0, "cell0", OPEN), Cell("c1", "cell1", Outcome(why="kind"))).values())


def test_a_large_server_has_room_until_few_are_left() -> None:
    for used, is_full in ((3700, False), (3995, False), (3996, True)):
        status = {"max_connections": "4096", "threads_connected": str(used)}
        assert bool(crowding(opened(Outcome(host="db", status=status)))) is is_full


@pytest.mark.parametrize(("used", "is_full"), [(89, False), (90, True), (101, True), (0, False)])
def test_a_server_may_be_nearly_full(used: int, is_full: bool) -> None:
    status = {"max_connections": "100", "threads_connected": str(used), "max_used_connections": "101"}
    said = crowding(opened(Outcome(host="db", status=status)))
    assert bool(said) is is_full
    if said:
        assert f"db has {used} connections of max_connections = 100 (it had up to 101), expected less than 90%" in said


GALERA = {"wsrep_on": "ON", "wsrep_provider": "/usr/lib/galera/libgalera_smm.so", "wsrep_ready": "ON"}


@pytest.mark.parametrize(
    ("status", "is_ready"),
    [
        ({**GALERA, "wsrep_cluster_status": "Primary", "wsrep_local_state_comment": "Synced"}, True),
        ({**GALERA, "wsrep_cluster_status": "Primary", "wsrep_local_state_comment": "Donor/Desynced"}, True),
        ({**GALERA, "wsrep_cluster_status": "non-Primary"}, False),
        ({**GALERA, "wsrep_cluster_status": "Primary", "wsrep_ready": "OFF"}, False),
        ({"wsrep_on": "OFF", "wsrep_provider": "none", "wsrep_cluster_status": "Disconnected"}, True),
        ({"wsrep_on": "ON", "wsrep_provider": "none", "wsrep_cluster_status": "Disconnected"}, True),
        ({}, True),
    ],
)
def test_a_member_of_galera_takes_part(status: dict[str, str], is_ready: bool) -> None:
    assert (unready(opened(Outcome(host="db", status=status))) == "") is is_ready


@pytest.mark.parametrize(
    ("check", "outcome", "said"),
    [
        ("test_schemas_are_those_of_the_code", Outcome(tables=0), "has no tables"),
        ("test_databases_of_the_cells_open", Outcome(cells=()), "map_cell0"),
        (
            "test_database_servers_have_room",
            Outcome(status={"max_connections": "9", "threads_connected": "9"}),
            "max_conn",
        ),
        ("test_database_servers_are_ready", Outcome(status={**GALERA, "wsrep_cluster_status": "x"}), "Galera"),
    ],
)
def test_what_is_wrong_fails(check: str, outcome: Outcome, said: str) -> None:
    run: Callable[[list[Database], Any], None] = getattr(checks, check)
    with pytest.raises(AssertionError, match=said):
        run([opened(outcome)], ONE)


@pytest.mark.parametrize(
    ("status", "begins_anew", "is_told"),
    [
        ({"innodb_snapshot_isolation": "ON", "tx_isolation": "REPEATABLE-READ"}, False, True),
        ({"innodb_snapshot_isolation": "ON", "transaction_isolation": "REPEATABLE-READ"}, False, True),
        ({"innodb_snapshot_isolation": "ON", "tx_isolation": "READ-COMMITTED"}, False, False),
        ({"innodb_snapshot_isolation": "ON"}, True, False),
        ({"innodb_snapshot_isolation": "ON"}, None, False),
        ({"innodb_snapshot_isolation": "OFF"}, None, False),
        ({"max_connections": "4096"}, None, False),  # MySQL, or an older MariaDB
    ],
)
def test_a_server_that_ends_transactions_is_told_where_nobody_begins_them_anew(
    status: dict[str, str], begins_anew: bool | None, is_told: bool
) -> None:
    said = ends_transactions(opened(replace(OPEN, status=status, begins_anew=begins_anew)))
    assert bool(said) is is_told
    assert not said or ("mariadb -e 'SET GLOBAL innodb_snapshot_isolation = OFF'" in said and "1020" in said)


def test_a_server_that_takes_no_changes_is_told_once_unless_it_is_for_reading() -> None:
    sound = opened(replace(OPEN, status={"max_connections": "4096"}))
    one = replace(sound, outcome=replace(sound.outcome, is_read_only=True))
    other = replace(one, outcome=replace(one.outcome, user="cinder"))
    replica = replace(one, option=replace(one.option, name="slave_connection"))
    assert not frozen([sound, replica])
    [told] = [takes_no_changes(each) for each in frozen([one, sound, other, replica]).values()]
    assert "takes no changes from the users nova, cinder (1290, read_only is on)" in told
    assert "Fix: on db (and each server behind it), take read_only out" in told
    with pytest.raises(AssertionError, match="takes no changes"):
        checks.test_database_servers_take_changes([one], ONE)
    checks.test_database_servers_take_changes([sound], ONE)
