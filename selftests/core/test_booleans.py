import pytest

from fixtures.core.booleans import is_false, is_true


@pytest.mark.parametrize("word", ["1", "true", "True", "YES", " on "])
def test_true_in_all_of_its_words(word: str) -> None:
    assert (is_true(word), is_false(word)) == (True, False)


@pytest.mark.parametrize("word", ["0", "false", "No", "off"])
def test_false_in_all_of_its_words(word: str) -> None:
    assert (is_true(word), is_false(word)) == (False, True)


@pytest.mark.parametrize("word", ["", "maybe", "t", "2"])
def test_what_is_neither(word: str) -> None:
    assert (is_true(word), is_false(word)) == (False, False)
