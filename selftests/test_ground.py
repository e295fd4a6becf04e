import pytest

from fixtures import ground, row_pages
from fixtures.verdict import CLEAN_UP


def test_table_speaks_of_rows_that_there_are() -> None:
    named = {*ground.ROWS, *ground.RESOURCES.values(), *(each for grounds in ground.ROWS.values() for each in grounds)}
    assert {name.partition(".")[0] for name in named} <= {*row_pages.titles(), CLEAN_UP}


def test_nothing_stands_on_itself() -> None:
    direct = {key: {*grounds} for key, grounds in ground.ROWS.items()}
    circles = [key for key in direct if any(key in ground.ground_of(each) for each in direct[key])]
    assert not circles


@pytest.mark.parametrize(
    ("failed", "roots"),
    [
        (["NOVA-3"], ["NOVA-3"]),
        (["NOVA-1", "NOVA-6", "NOVA-14"], ["NOVA-6"]),
        (["NEU-12", "CIN-3"], ["NEU-12", "CIN-3"]),
        (["NEU-16", "NOVA-13.workload"], ["NEU-16"]),
        (["KEY-1", CLEAN_UP], ["KEY-1"]),
    ],
)
def test_roots_stand_on_nothing_that_failed(failed: list[str], roots: list[str]) -> None:
    assert ground.roots(failed) == roots


def test_cause_is_named_for_what_follows_from_it() -> None:
    failed = ["NOVA-6", "CIN-1", "NOVA-14"]
    assert ground.causes_of("NOVA-14", failed) == ["NOVA-6"]
    assert ground.causes_of("CIN-1", failed) == ["CIN-1"]


def test_resource_is_found_under_the_words_that_told_it() -> None:
    cause, told = ValueError("no image"), RuntimeError("told")
    vars(cause)["resource"] = "image"
    told.__context__ = cause
    assert ground.key_of_resource(told) == "GLA-1"
    assert ground.key_of_resource(RuntimeError("bare")) is None
