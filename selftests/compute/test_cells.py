from fixtures.compute.cells import hosts_in

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
