import pytest

from fixtures.nodes.list_option import words_in


@pytest.mark.parametrize(("told", "found"), [("", []), (" , ", []), ("a", ["a"]), ("a, b ,", ["a", "b"])])
def test_empty_words_are_none(told: str, found: list[str]) -> None:
    assert words_in(told) == found
