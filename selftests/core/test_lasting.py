import pytest
import tenacity

from fixtures.core.lasting import lasting


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenacity.nap, "time", type("Time", (), {"sleep": staticmethod(lambda _: None)}))


def seen(*looks: list[str], deadline: float = 0.3) -> tuple[list[str], int]:
    asked = 0

    def look() -> list[str]:
        nonlocal asked
        asked += 1
        return looks[min(asked, len(looks)) - 1]

    return lasting("them to go", look, deadline, interval=0.01), asked


def test_nothing_is_not_looked_for_again() -> None:
    assert seen([]) == ([], 1)


def test_what_goes_is_nothing_and_ends_the_wait() -> None:
    found, asked = seen(["a"], ["a"], [])
    assert (found, asked) == ([], 3)


def test_what_stays_is_told() -> None:
    found, asked = seen(["a", "b"])
    assert found == ["a", "b"]
    assert asked > 2


def test_what_comes_later_is_left_for_another_time() -> None:
    """As a server whose deletion falls into the last look."""
    assert seen(["a"], ["b"], deadline=5)[0] == []
    assert seen(["a"], ["b", "a"], ["a", "c"])[0] == ["a"]
