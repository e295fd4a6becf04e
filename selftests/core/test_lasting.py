import pytest

from fixtures.core.lasting import lasting

pytestmark = pytest.mark.usefixtures("pauses")


def seen(*looks: list[str], deadline: float = 30) -> tuple[list[str], int]:
    asked = 0

    def look() -> list[str]:
        nonlocal asked
        asked += 1
        return looks[min(asked, len(looks)) - 1]

    return lasting("them to go", look, deadline), asked


def test_nothing_is_not_looked_for_again() -> None:
    assert seen([]) == ([], 1)


def test_what_goes_is_nothing_and_ends_the_wait() -> None:
    found, asked = seen(["a"], ["a"], [])
    assert (found, asked) == ([], 3)


def test_what_stays_is_told() -> None:
    found, asked = seen(["a", "b"])
    assert found == ["a", "b"]
    assert asked == 5  # one before the wait, then each 10 s


def test_what_comes_later_is_left_for_another_time() -> None:
    """As a server whose deletion falls into the last look."""
    assert seen(["a"], ["b"])[0] == []
    assert seen(["a"], ["b", "a"], ["a", "c"])[0] == ["a"]
