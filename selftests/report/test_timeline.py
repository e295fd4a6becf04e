"""The picture of a run, as a browser reads it."""

from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from fixtures.core.spans import CHECK, CLEANUP, FIXTURE, RESOURCE, ROUND_TRIP, RUNNER, WAIT, Span
from fixtures.report.critical_path import CriticalPath, Step, critical_path
from fixtures.report.timeline import CHECKS, COLOURS, LEFT, PATH, RIGHT, ROW, WIDTH, Picture, timeline

SVG = "{http://www.w3.org/2000/svg}"


def drawn(spans: Sequence[Span], path: CriticalPath | None = None, seconds: float = 100) -> ElementTree.Element:
    return ElementTree.fromstring(timeline(Picture("run 100 s", spans, path or CriticalPath(), seconds)))


def bars(svg: ElementTree.Element, colour: str) -> list[dict[str, float]]:
    """Those of a colour, without the legend's."""
    found = [each for each in svg.iter(f"{SVG}rect") if each.get("fill") == colour]
    return [{key: float(value) for key, value in each.attrib.items() if key != "fill"} for each in found][1:]


def words(svg: ElementTree.Element) -> list[str]:
    return [str(each.text) for each in svg.iter(f"{SVG}text")]


def tips(svg: ElementTree.Element) -> list[str]:
    return [str(each.text) for each in svg.iter(f"{SVG}title")]


def test_a_bar_is_as_long_as_its_span() -> None:
    [bar] = bars(drawn([Span(RESOURCE, "server", 1, 25, 75)]), COLOURS[RESOURCE])
    room = WIDTH - LEFT - RIGHT
    assert (bar["x"], bar["width"]) == (LEFT + room / 4, room / 2)


def test_what_is_made_and_what_ends_it_stand_in_one_row() -> None:
    svg = drawn([Span(RESOURCE, "server", 1, 0, 10), Span(CLEANUP, "server", 2, 80, 90)])
    assert words(svg).count("server") == 1
    [made], [ended] = bars(svg, COLOURS[RESOURCE]), bars(svg, COLOURS[CLEANUP])
    assert made["y"] == ended["y"]


def test_all_checks_stand_in_one_row() -> None:
    svg = drawn([Span(CHECK, f"test_{number}", number, number, number + 1) for number in range(50)])
    assert len({bar["y"] for bar in bars(svg, COLOURS[CHECK])}) == 1
    assert words(svg).count(CHECKS) == 1
    assert "test_49: check, 1.0 s from 49.0 s on" in tips(svg)


def test_a_wait_is_seen_within_its_bar() -> None:
    svg = drawn([Span(RESOURCE, "server", 1, 0, 50), Span(WAIT, "ACTIVE", 2, 10, 40, of=1), Span(WAIT, "x", 3, 0, 9)])
    [wait], [made] = bars(svg, COLOURS[WAIT]), bars(svg, COLOURS[RESOURCE])
    assert made["y"] < wait["y"] < made["y"] + made["height"]


def test_fixtures_have_a_row_only_where_they_took_long() -> None:
    svg = drawn(
        [Span(FIXTURE, "logins", 1, 0, 3), Span(FIXTURE, "agents", 2, 3, 3.1), Span(RUNNER, "preflight", 3, 0, 2)]
    )
    assert "logins" in words(svg) and "agents" not in words(svg)


def test_the_critical_path_is_marked_and_told() -> None:
    server = Span(RESOURCE, "server", 1, 20, 50)
    step = Step(server, 10, 50, 40)
    svg = drawn([server, Span(RESOURCE, "volume", 2, 0, 5)], CriticalPath([step]))
    [mark] = bars(svg, PATH)
    assert mark["x"] == LEFT + (WIDTH - LEFT - RIGHT) / 10
    names = {str(each.text): each.get("fill") for each in svg.iter(f"{SVG}text")}
    assert (names["server"], names["volume"]) == (PATH, "black")
    assert "the critical path, 40 s:" in names and "  40.0 s  server" in names


def test_a_name_is_data() -> None:
    hostile = "</text><script>alert(1)</script>\"'&\x00\x1b[31m\ud800"
    svg = drawn([Span(RESOURCE, hostile, 1, 0, 10), Span(CHECK, hostile, 2, 10, 20)])
    assert not list(svg.iter(f"{SVG}script"))
    assert any("<script>" in tip for tip in tips(svg))


def test_more_than_a_hundred_rows_do_not_overlap() -> None:
    spans = [
        Span(RESOURCE, f"server {number} " + "x" * 80, number, number / 2, number / 2 + 20) for number in range(150)
    ]
    svg = drawn(spans)
    rows = sorted(bar["y"] for bar in bars(svg, COLOURS[RESOURCE]))
    assert len(rows) == 150
    assert {later - earlier for earlier, later in pairwise(rows)} == {ROW}
    assert rows[-1] + ROW <= float(str(svg.get("height")))
    assert all(bar["x"] + bar["width"] <= WIDTH - RIGHT for bar in bars(svg, COLOURS[RESOURCE]))


def test_of_very_many_checks_the_picture_stays_small() -> None:
    spans = [
        Span(CHECK, f"test_it[compute{number}]", number, number / 50, number / 50 + 0.02) for number in range(50_000)
    ]
    spans += [
        Span(ROUND_TRIP, "command", 100_000 + number, number / 50, number / 50 + 0.01, of=number)
        for number in range(50_000)
    ]
    assert len(timeline(Picture("", spans, critical_path(spans), 1000))) < 1_000_000


@pytest.mark.parametrize("seconds", [0, 0.01, 3, 59, 600, 40_000])
def test_the_scale_fits(seconds: float) -> None:
    svg = drawn([Span(RESOURCE, "server", 1, 0, seconds)], seconds=seconds)
    assert 1 <= len(list(svg.iter(f"{SVG}line"))) <= 14


def test_of_a_run_that_did_nothing_there_is_a_picture_too() -> None:
    assert drawn([], seconds=0).tag == f"{SVG}svg"
