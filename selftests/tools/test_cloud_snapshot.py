import pytest

from selftests.tools.cloud_snapshot import Everything, _steady, differences

BEFORE: Everything = {"server": {"1": {"name": "web", "status": "ACTIVE"}}, "stored": {"demo/photos/cat": {"bytes": 3}}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BEFORE, []),
        ({**BEFORE, "server": {}}, ["gone server 1 (web)"]),
        ({**BEFORE, "image": {"2": {"name": "cirros"}}}, ["added image 2 (cirros)"]),
        (
            {**BEFORE, "server": {"1": {"name": "web", "status": "ERROR"}}},
            ["changed server 1 (web): status: ACTIVE -> ERROR"],
        ),
        ({**BEFORE, "stored": {}}, ["gone stored demo/photos/cat"]),
    ],
    ids=["the same", "gone", "added", "changed", "unnamed"],
)
def test_each_difference_is_told(after: Everything, expected: list[str]) -> None:
    assert differences(BEFORE, after) == expected


def test_a_group_that_neutron_makes_by_itself_may_come_but_not_go() -> None:
    default: Everything = {"default group": {"3": {"name": "default"}}}
    assert differences({}, default) == []
    assert differences(default, {}) == ["gone default group 3 (default)"]


def test_what_changes_by_itself_and_an_order_make_no_difference() -> None:
    first = {"tags": ["a", "b"], "updated_at": "2026-01-01", "rules": [{"id": 1, "revision_number": 2}, {"id": 0}]}
    second = {"tags": ["b", "a"], "updated_at": "2026-01-02", "rules": [{"id": 0}, {"id": 1, "revision_number": 3}]}
    assert _steady(first) == _steady(second)
