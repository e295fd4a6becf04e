from collections.abc import Iterable

from fixtures.report.history_changes import Broken, Changes, changes
from fixtures.verdict.verdict import CLEAN_UP
from selftests.report.known_runs import check, known_run


def rows(broken: Iterable[Broken]) -> list[str]:
    return [each.row for each in broken]


def test_of_a_first_run_nothing_is_new() -> None:
    assert changes([], known_run(1, failed={"NOVA-3": ["my_ip"]})) == Changes()


def test_what_passed_and_fails_is_new() -> None:
    found = changes([known_run(1, passed=["my_ip"])], known_run(2, failed={"NOVA-3": ["my_ip"]}))
    assert found == Changes(new=(Broken("NOVA-3", "2026-11-02T02:00:00Z", 1, (check("my_ip"),)),))


def test_what_failed_and_passes_is_mended() -> None:
    earlier = [known_run(day, failed={"NOVA-3": ["my_ip"]}) for day in (1, 2)]
    found = changes(earlier, known_run(3, passed=["my_ip"]))
    assert found == Changes(mended=(Broken("NOVA-3", "2026-11-01T02:00:00Z", 2),))


def test_since_when_it_is_broken_begins_anew_where_it_was_mended_in_between() -> None:
    bad = {"NOVA-3": ["my_ip"]}
    earlier = [known_run(1, failed=bad), known_run(2, passed=["my_ip"]), known_run(3, failed=bad)]
    [still] = changes(earlier, known_run(4, failed=bad)).still
    assert (still.since, still.runs) == ("2026-11-03T02:00:00Z", 2)


def test_a_row_is_mended_when_the_last_of_its_checks_is() -> None:
    earlier = [known_run(1, failed={"NOVA-3": ["my_ip[compute1]", "my_ip[compute2]"]})]
    half = known_run(2, passed=["my_ip[compute1]"], failed={"NOVA-3": ["my_ip[compute2]"]})
    assert rows(changes(earlier, half).mended) == []
    assert rows(changes(earlier, half).still) == ["NOVA-3"]
    assert rows(changes([*earlier, half], known_run(3, passed=["my_ip[compute2]"])).mended) == ["NOVA-3"]


def test_a_run_of_some_checks_mends_what_it_ran_alone() -> None:
    earlier = [known_run(1, failed={"NOVA-3": ["my_ip"], "NEU-6": ["agent"]})]
    some = known_run(2, passed=["my_ip"], selection={"row": "NOVA-3"})
    found = changes(earlier, some)
    assert (rows(found.mended), rows(found.still), rows(found.new)) == (["NOVA-3"], [], [])
    assert rows(changes([*earlier, some], known_run(3, failed={"NEU-6": ["agent"]})).still) == ["NEU-6"]


def test_what_could_not_be_started_is_not_mended() -> None:
    earlier = [known_run(1, failed={"NOVA-14": ["server"]})]
    blocked = known_run(2, failed={"NOVA-2": ["conductor"]}, blocked=["server"])
    found = changes(earlier, blocked)
    assert (rows(found.new), rows(found.mended)) == (["NOVA-2"], [])
    assert rows(changes([*earlier, blocked], known_run(3, passed=["conductor", "server"])).mended) == [
        "NOVA-14",
        "NOVA-2",
    ]


def test_what_is_not_there_any_more_is_forgotten_and_not_mended() -> None:
    earlier = [known_run(1, failed={"NOVA-3": ["my_ip[compute2]"]}), known_run(2, passed=["my_ip[compute1]"])]
    assert changes(earlier[:1], earlier[1]) == Changes()
    [new] = changes(earlier, known_run(3, failed={"NOVA-3": ["my_ip[compute2]"]})).new
    assert new.since == "2026-11-03T02:00:00Z"


def test_a_consequence_says_that_it_is_one() -> None:
    now = known_run(2, failed={"NOVA-3": ["my_ip"]}, followed={"NOVA-14": ["server"]})
    assert [(each.row, each.is_cause) for each in changes([known_run(1)], now).new] == [
        ("NOVA-14", False),
        ("NOVA-3", True),
    ]


def test_a_resource_that_could_not_be_made_is_mended_when_who_asked_for_it_passes() -> None:
    earlier = [known_run(1, failed={"GLA-1": ["container"]})]
    assert rows(changes(earlier, known_run(2, passed=["container"])).mended) == ["GLA-1"]


def test_what_was_left_behind_once_is_not_so_for_ever() -> None:
    earlier = [known_run(1, failed={CLEAN_UP: ["last"]}, passed=["my_ip"])]
    found = changes(earlier, known_run(2, passed=["my_ip"], selection={"row": "NOVA-3"}))
    assert rows(found.mended) == [CLEAN_UP]
