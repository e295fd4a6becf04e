"""What Open vSwitch's and OVN's lines are made of, and the time that they tell."""

import pytest

from fixtures.nodes.vlog_lines import HARMLESS, IN_JOURNAL, VLOG, in_local_time

LINE = "2026-11-26T23:30:00.123Z|00012|patch|WARN|Bridge 'br-ex' not found"


def test_a_line_is_read() -> None:
    found = VLOG.fullmatch(LINE)
    assert found and found.groupdict() == {
        "time": "2026-11-26T23:30:00", "module": "patch", "level": "WARN", "text": "Bridge 'br-ex' not found",
    }  # fmt: skip


def test_a_line_of_the_journal_is_read() -> None:
    found = IN_JOURNAL.fullmatch("ovs|00007|dpif(revalidator4)|ERR|failed: a|b")
    assert found and (found["module"], found["level"], found["text"]) == ("dpif(revalidator4)", "ERR", "failed: a|b")


@pytest.mark.parametrize("line", ["2026-11-26 13:00:00.1 5 ERROR nova.x [-] a", "2026-11-26T13:00:00Z|1|x|LOUD|a", ""])
def test_another_line_is_none(line: str) -> None:
    assert not VLOG.match(line)


def test_the_time_becomes_the_nodes_own() -> None:
    assert in_local_time(f"{LINE}\nx {LINE}", "+0100\n") == (
        f"2026-11-27T00:30:00+0100|00012|patch|WARN|Bridge 'br-ex' not found\nx {LINE}"
    )
    assert VLOG.match(in_local_time(LINE, "-0330"))


@pytest.mark.parametrize("offset", ["+0000", "", "UTC", "+9999", "x" * 9999])
def test_without_a_zone_the_time_stays(offset: str) -> None:
    assert in_local_time(LINE, offset) == LINE


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59", "0000-00-00T00:00:00", "2026-13-41T25:61:61"])
def test_no_moment_stays_what_it_is(moment: str) -> None:
    line = f"{moment}.123Z|1|patch|WARN|x"
    assert in_local_time(line, "+0100") == line


@pytest.mark.parametrize(
    "text",
    [
        "Dropped 3 log messages in last 12 seconds (most recently, 1 seconds ago) due to excessive rate",
        "could not open network device tap12345678-9a (No such device)",
        "br-int<->unix#3: connection dropped (Broken pipe)",
        "unix#17: receive error: Connection reset by peer",
        "Interface table in Open_vSwitch database lacks bond_mode column (database needs upgrade?)",
    ],
)
def test_some_is_said_where_all_is_well(text: str) -> None:
    assert HARMLESS.match(text)


@pytest.mark.parametrize(
    "text",
    [
        "could not open network device eth9 (Operation not permitted)",
        "tcp:10.0.0.11:6642: connection dropped (Connection reset by peer)",
        "Bridge 'br-ex' not found for network 'provider'",
    ],
)
def test_what_tells_of_a_fault_is_not_among_it(text: str) -> None:
    assert not HARMLESS.match(text)
