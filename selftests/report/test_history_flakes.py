from typing import Any

from fixtures.report.history_flakes import WINDOW, Flake, changed, flakes
from fixtures.report.history_record import Record
from selftests.report.known_runs import NODES, check, known_run

OTHER = {**NODES, "compute1": {"boot": "2", "configuration": "other"}}


def runs(outcomes: str, **others: Any) -> list[Record]:
    """A run for each: + passed, - failed, > failed of another row, . was blocked."""
    kinds: dict[str, dict[str, Any]] = {
        "+": {"passed": ["boots"]},
        "-": {"failed": {"NOVA-14": ["boots"]}},
        ">": {"followed": {"NOVA-14": ["boots"]}},
        ".": {"blocked": ["boots"]},
    }
    return [known_run(day, **kinds[each], **others) for day, each in enumerate(outcomes, 1)]


def test_there_and_back_with_the_cloud_as_it_was() -> None:
    assert flakes(runs("+-+")) == [Flake(check("boots"), 2, 2)]
    assert flakes(runs("-+-+++++")) == [Flake(check("boots"), 3, 7)]
    assert Flake("x", 3, 7).rate == 0.429


def test_what_broke_or_was_mended_is_none() -> None:
    assert flakes(runs("+++---")) == []
    assert flakes(runs("---+++")) == []


def test_what_changes_with_the_cloud_is_none() -> None:
    one, other, again = runs("+-+")
    assert flakes([one, other.model_copy(update={"nodes": OTHER}), again]) == []


def test_what_changes_with_the_suite_is_none() -> None:
    one, other, again = runs("+-+")
    assert flakes([one, other.model_copy(update={"suite": "2"}), again]) == []


def test_where_no_node_tells_whether_the_cloud_has_changed_nothing_is_told() -> None:
    assert flakes(runs("+-+", nodes={})) == []
    assert flakes(runs("+-+", nodes={"compute1": {}})) == []


def test_what_said_nothing_is_left_out() -> None:
    assert flakes(runs("+.>+")) == []
    assert flakes(runs("+.->+")) == [Flake(check("boots"), 2, 2)]


def test_what_was_long_ago_does_not_count() -> None:
    assert flakes(runs("-+-" + "+" * WINDOW)) == []


def test_it_is_said_what_has_changed() -> None:
    one, other = known_run(1), known_run(2, nodes={**OTHER, "compute2": {}})
    assert changed(one, other) == ["compute1: configuration", "compute2: given"]
    assert changed(other, one) == ["compute1: configuration", "compute2: no longer given"]
    assert changed(one, known_run(2, nodes={"controller": {}, "compute1": NODES["compute1"]})) == []
