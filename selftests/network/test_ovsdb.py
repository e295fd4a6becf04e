import pytest

from fixtures.network.ovsdb import Remote, members, parse_remotes, parse_tables

UUID = "281f3163-0430-4626-8b94-eb4e79e6d85a"
# In the form of Open vSwitch's lib/table.c, table_print_json__(); the values as RFC 7047, 5.1, has them
SWITCH = (
    '{"data":[[["uuid","281f3163-0430-4626-8b94-eb4e79e6d85a"],["set",[]],["map",[["subnet","192.168.2.0/24"]]],"ls0",'
    '["set",[["uuid","a"],["uuid","b"]]],true,7]],'
    '"headings":["_uuid","acls","other_config","name","ports","up","tag"]}\n'
)


def test_values_are_pythons_own() -> None:
    assert parse_tables(SWITCH) == [
        [
            {
                "_uuid": UUID,
                "acls": [],
                "other_config": {"subnet": "192.168.2.0/24"},
                "name": "ls0",
                "ports": ["a", "b"],
                "up": True,
                "tag": 7,
            }
        ]
    ]


def test_each_command_has_a_table_of_its_own() -> None:
    empty = '{"data":[],"headings":["_uuid","acls"]}\n'
    assert [len(rows) for rows in parse_tables(empty + SWITCH)] == [0, 1]
    assert parse_tables("\n") == []


@pytest.mark.parametrize(
    "shown",
    [
        "ovs-vsctl: database connection failed",
        "[]",
        "{}",
        '{"headings":["a"],"data":[[]]}',
        '{"headings":1,"data":[1]}',
        "[" * 100_000,
    ],
    ids=["no-json", "list", "empty", "row-too-short", "wrong-types", "nested-without-end"],
)
def test_anything_else_is_told(shown: str) -> None:
    with pytest.raises(ValueError, match="no table of a database: "):
        parse_tables(shown)


def test_a_set_with_one_member_is_printed_as_that() -> None:
    assert [members(value) for value in ("a", ["a", "b"], [], None)] == [["a"], ["a", "b"], [], []]


@pytest.mark.parametrize(
    ("text", "remotes"),
    [
        ("tcp:10.0.0.11:6642", [Remote("tcp", "10.0.0.11", 6642)]),
        ("ssl:[fd00::11]:6642, ssl:ctl2.example.org:6642", [
            Remote("ssl", "fd00::11", 6642), Remote("ssl", "ctl2.example.org", 6642),
        ]),
        ("tcp:10.0.0.11", [Remote("tcp", "10.0.0.11", 6640)]),
        ("unix:/var/run/ovn/ovnsb_db.sock", [Remote("unix", "/var/run/ovn/ovnsb_db.sock")]),
        ("", []),
        ("tpc:10.0.0.11:6642,10.0.0.12:6642", []),
    ],
)  # fmt: skip
def test_a_database_is_told_by_its_ends(text: str, remotes: list[Remote]) -> None:
    assert parse_remotes(text) == remotes


@pytest.mark.parametrize("text", ["tcp:10.0.0.11:6642", "ssl:[fd00::11]:6642", "unix:/var/run/ovn/ovnsb_db.sock"])
def test_an_end_is_told_as_it_was(text: str) -> None:
    assert ",".join(map(str, parse_remotes(text))) == text
