import inspect
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.compute.cells import CellHosts, cell_hosts, hosts_in
from fixtures.nodes.no_answer import NotEnded
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from selftests.nodes.known_nodes import known_node

TABLE = """\
3 RLock(s) were not greened, to fix this error make sure you run eventlet.monkey_patch() before importing
+-----------+--------------------------------------+-----------------+
| Cell Name |              Cell UUID               |     Hostname    |
+-----------+--------------------------------------+-----------------+
|   cell1   | 7bac5bee-d33a-469b-a810-0e20aaf8c186 |     compute1    |
|    None   | 7bac5bee-d33a-469b-a810-0e20aaf8c186 | compute2.domain |
+-----------+--------------------------------------+-----------------+
"""


def test_hosts_are_read_from_the_table() -> None:
    assert hosts_in(TABLE) == ["compute1", "compute2.domain"]


def test_an_empty_table_has_no_hosts() -> None:
    assert hosts_in(TABLE[: TABLE.index("|   cell1")]) == []


def asked(answers: dict[str, tuple[int, str]], *schedulers: str) -> CellHosts:
    """What comes of controllers with these exit codes and answers; on some of them runs a scheduler, too."""
    nodes = []
    for name, (rc, told) in answers.items():
        running = ["nova-conductor", "nova-scheduler"][: 1 + (name in schedulers)]
        answer = SimpleNamespace(rc=rc, succeeded=rc == 0, stdout=told, stderr=told)
        host: Any = SimpleNamespace(run=lambda _, answer=answer: answer, percent=300)
        nodes.append(replace_host(known_node(name, running=running).in_roles(["controller"]), host))
    found: CellHosts = inspect.unwrap(cell_hosts)(Nodes("some", tuple(nodes)))
    return found


def replace_host(node: Node, host: Any) -> Node:
    other = replace(node, host=host)
    vars(other).update(facts=node.facts)
    return other


def test_a_controller_of_all_cells_is_asked_first() -> None:
    answers = {"cell1": (255, "api_database"), "api": (0, TABLE)}
    assert asked(answers, "api") == CellHosts("api", ["compute1", "compute2.domain"])


def test_one_of_a_cell_need_not_know_the_others() -> None:
    with pytest.raises(pytest.skip.Exception, match="no nova-manage that knows all cells on cell1"):
        asked({"cell1": (255, "api_database")})
    with pytest.raises(pytest.fail.Exception, match="api: nova-manage cell_v2 list_hosts failed: api_database"):
        asked({"cell1": (0, TABLE), "api": (255, "api_database")}, "api")


@pytest.mark.parametrize("rc", [124, 137])
def test_who_is_slow_is_not_told_to_look_at_a_configuration(rc: int) -> None:
    warning = "Modules with known eventlet monkey patching issues were imported"
    with pytest.raises(NotEnded, match="did not end within 150 s"):
        asked({"api": (rc, warning)}, "api")
    with pytest.raises(pytest.skip.Exception, match="no nova-manage that knows all cells on cell1"):
        asked({"cell1": (rc, warning)})
