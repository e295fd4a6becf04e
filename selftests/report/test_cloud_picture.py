"""The picture of the cloud, as a browser reads it."""

import itertools
from collections.abc import Sequence
from xml.etree import ElementTree

from fixtures.report.catalogue import catalogue
from fixtures.report.cloud_picture import BOX, MOST, WIDTH, Place, cloud_picture

SVG = "{http://www.w3.org/2000/svg}"
WHOLE = Place("APIs and workloads", passed=7)


def drawn(*nodes: Place, whole: Place = WHOLE, language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(cloud_picture(whole, nodes, catalogue(language)))


def words(svg: ElementTree.Element) -> list[str]:
    return [str(each.text) for each in svg.iter(f"{SVG}text")]


def tips(svg: ElementTree.Element) -> list[str]:
    return [str(each.text) for group in svg.iter(f"{SVG}g") for each in group.iter(f"{SVG}title")]


def boxes(svg: ElementTree.Element) -> Sequence[tuple[float, float, float]]:
    found = [[float(each.attrib[key]) for key in ("x", "y", "width")] for each in svg.iter(f"{SVG}rect")]
    return [(x, y, width) for x, y, width in found]


def test_each_node_has_its_roles_and_its_state() -> None:
    svg = drawn(
        Place("controller", ["controller", "network"], passed=12),
        Place("compute1", ["compute"], causes={2: "NOVA-3", 4: "NEU-4"}, passed=3),
        Place("compute2", ["compute"], followed=["NOVA-4"]),
        Place("block1", ["block"]),
        Place("bastion"),
    )
    assert tips(svg) == [
        "APIs and workloads: ✓ 7 passed",
        "controller: controller, network: ✓ 12 passed",
        "compute1: compute: ✗ broken: 2.\N{NO-BREAK SPACE}NOVA-3, 4.\N{NO-BREAK SPACE}NEU-4",
        "compute2: compute: ↳ followed: NOVA-4",
        "block1: block storage: \N{EN DASH} not looked at",
        "bastion: \N{EN DASH} not looked at",
    ]


def test_nodes_stand_with_their_first_role() -> None:
    svg = drawn(Place("compute1", ["compute"]), Place("all-in-one", ["compute", "controller"]), Place("none"))
    roles = [each.text for each in svg.iter(f"{SVG}text") if each.get("class") == "role"]
    assert roles == ["controller", "compute", "no role"]


def test_what_is_broken_leads_to_its_cause() -> None:
    svg = drawn(Place("compute1", ["compute"], causes={3: "NOVA-3", 5: "NEU-4"}))
    assert [each.get("href") for each in svg.iter(f"{SVG}a")] == ["#cause-3"]


def test_boxes_do_not_overlap() -> None:
    places = boxes(drawn(*(Place(f"compute{number}", ["compute"]) for number in range(13))))
    assert len(set(places)) == len(places) == 14
    assert all(x + width <= WIDTH for x, _, width in places)
    rows = {y: sorted(x for x, other, _ in places if other == y) for _, y, _ in places}
    assert all(later - earlier >= BOX for xs in rows.values() for earlier, later in itertools.pairwise(xs))


def test_of_very_many_nodes_the_broken_ones_are_shown() -> None:
    nodes = [Place(f"compute{number}", ["compute"], passed=1) for number in range(1000)]
    nodes[777].causes[1] = "NOVA-3"
    svg = drawn(*nodes)
    assert "compute777" in words(svg)
    assert len(boxes(svg)) == MOST + 1
    assert f"and {1000 - MOST} more nodes" in words(svg)


def test_a_long_name_is_cut_in_its_box_and_whole_where_one_points() -> None:
    name = "compute-node-of-the-third-rack.example.org"
    svg = drawn(Place(name, ["compute"]))
    assert name not in words(svg) and any(name in tip for tip in tips(svg))


def test_korean_letters_take_two_columns() -> None:
    svg = drawn(Place("c", ["controller", "network", "compute", "block", "object"]), language="ko")
    [shown] = [each for each in words(svg) if each.startswith("컨트롤러, ")]
    assert len(shown) < 20 and shown.endswith("…")


def test_many_causes_take_three_lines() -> None:
    svg = drawn(Place("c", ["compute"], causes={number: f"NOVA-{number}" for number in range(1, 15)}))
    states = [each.text for each in svg.iter(f"{SVG}text") if each.get("class") == "state"]
    assert len(states) == 4  # with that of the cloud as a whole
    assert str(states[-1]).endswith("…")


def test_a_name_is_data() -> None:
    hostile = "</text><script>alert(1)</script>\"'&"
    svg = drawn(Place(hostile, [hostile], causes={1: hostile}), whole=Place(hostile))
    assert not list(svg.iter(f"{SVG}script"))
    assert any("<script>" in tip for tip in tips(svg))
