import pytest

from fixtures.object.ring_devices import Device, Place, is_true_to_swift


@pytest.mark.parametrize(("word", "is_so"), [("true", True), ("On", True), ("t", True), ("Y", True), ("f", False)])
def test_swift_knows_two_more_words_for_true(word: str, is_so: bool) -> None:
    assert is_true_to_swift(word) is is_so


@pytest.mark.parametrize(
    ("reserve", "is_full", "is_too_small"), [("1%", False, False), ("60%", True, False), ("9999999", True, True)]
)
def test_a_reserve_larger_than_the_disk_is_never_met(reserve: str, is_full: bool, is_too_small: bool) -> None:
    place = Place("/srv/node/d1", "swift", must_be_mounted=False, reserve=reserve)
    device = Device(place, True, True, True, size=1000, free=500, inodes=10, free_inodes=5)
    assert (device.is_full, device.is_too_small) == (is_full, is_too_small)
