import pytest

from fixtures.network.addresses import free_block

RANGE = "192.0.2.0/29"  # hosts .1 to .6


def test_the_first_free_address_is_taken() -> None:
    assert free_block(RANGE, {"192.0.2.1", "192.0.2.3"}, 1) == ["192.0.2.2"]


def test_a_block_has_no_holes() -> None:
    assert free_block(RANGE, {"192.0.2.1", "192.0.2.3"}, 3) == ["192.0.2.4", "192.0.2.5", "192.0.2.6"]


def test_addresses_of_other_ranges_do_not_count() -> None:
    assert free_block(RANGE, {"198.51.100.1"}, 6)[0] == "192.0.2.1"


def test_a_range_without_room_is_told() -> None:
    with pytest.raises(LookupError, match=r"no 4 free addresses side by side in 192\.0\.2\.0/29"):
        free_block(RANGE, {"192.0.2.3"}, 4)
