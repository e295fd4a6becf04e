import pytest

from fixtures.database.cell_databases import faults_in_cells
from fixtures.database.database_refusal import refusal
from fixtures.database.database_servers import (
    crowding,
    ends_transactions,
    frozen,
    require_servers,
    takes_no_changes,
    unready,
)
from fixtures.database.databases import Database
from fixtures.database.schemas import fault_in_schema


@pytest.mark.req("SVC-3")
def test_databases_open(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`connection = mysql+pymysql://placement:…@controller/placement`: each is let in from its node."""
    for database in node_databases:
        with subtests.test(database.name):
            refused = refusal(database)
            assert not refused, refused
            if database.why_untried:
                pytest.skip(database.why_untried)


@pytest.mark.req("SVC-3")
def test_schemas_are_those_of_the_code(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`placement-manage db sync`: without it the tables are missing, or those of the release before."""
    for database in node_databases:
        with subtests.test(database.name):
            fault = fault_in_schema(database)
            assert not fault, fault


@pytest.mark.req("SVC-3")
def test_databases_of_the_cells_open(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`nova-manage cell_v2 list_cells`: each cell's database, which Nova's API finds in its own, and in no file."""
    reading = [database for database in node_databases if database.outcome.cells is not None]
    if not reading:
        pytest.skip("no service here reads Nova's cells, or its [api_database] is not open")
    for database in reading:
        for name, fault in faults_in_cells(database):
            with subtests.test(name):
                assert not fault, fault


@pytest.mark.req("SVC-3")
def test_database_servers_have_room(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`max_connections`: each worker of each service holds some, and the last ones are refused."""
    for server, database in require_servers(node_databases).items():
        with subtests.test(server):
            full = crowding(database)
            assert not full, full


@pytest.mark.req("SVC-3")
def test_database_servers_take_changes(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`read_only` in `[mysqld]`: a replica, or a server that somebody froze for a backup."""
    refusing = frozen(node_databases)
    for server in require_servers(node_databases):
        with subtests.test(server):
            assert server not in refusing, takes_no_changes(refusing[server])


@pytest.mark.req("SVC-3")
def test_database_servers_are_ready(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`wsrep_cluster_status`: a member of a Galera cluster that has lost the others answers no question."""
    for server, database in require_servers(node_databases).items():
        with subtests.test(server):
            fault = unready(database)
            assert not fault, fault


@pytest.mark.req("SVC-3")
def test_database_servers_end_no_transaction_early(node_databases: list[Database], subtests: pytest.Subtests) -> None:
    """`innodb_snapshot_isolation = ON`, as MariaDB has it since 11.6: requests fail now and then, with 1020."""
    for server, database in require_servers(node_databases).items():
        with subtests.test(server):
            fault = ends_transactions(database)
            assert not fault, fault
