import pytest

from fixtures.core.afterwards import afterwards


def fail() -> None:
    raise ConnectionError("the API timed out")


def test_it_is_undone_in_the_end() -> None:
    done: list[str] = []
    with afterwards(lambda: done.append("undone")):
        done.append("used")
    assert done == ["used", "undone"]


@pytest.mark.parametrize("failure", [AssertionError, KeyboardInterrupt, GeneratorExit])
def test_it_is_undone_whatever_goes_wrong(failure: type[BaseException]) -> None:
    done: list[str] = []
    with pytest.raises(failure), afterwards(lambda: done.append("undone")):
        raise failure
    assert done == ["undone"]


def test_a_failure_is_told_before_that_of_its_undoing() -> None:
    with pytest.raises(AssertionError, match="closed") as failed, afterwards(fail), afterwards(fail):
        raise AssertionError("closed")
    assert failed.value.__notes__ == ["clean-up: the API timed out"] * 2


def test_an_undoing_that_fails_alone_is_the_failure() -> None:
    with pytest.raises(ConnectionError, match="the API timed out"), afterwards(fail):
        pass
