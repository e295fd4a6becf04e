import pytest

from fixtures.object.ring_devices import is_true_to_swift


@pytest.mark.parametrize(("word", "is_so"), [("true", True), ("On", True), ("t", True), ("Y", True), ("f", False)])
def test_swift_knows_two_more_words_for_true(word: str, is_so: bool) -> None:
    assert is_true_to_swift(word) is is_so
