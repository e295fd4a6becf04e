import pytest

from fixtures.core.name_ranges import in_ranges


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("n003 n001 n002", "n001..n003"),
        ("n001 n002", "n001, n002"),
        ("compute9 compute10 compute11 compute2 controller", "compute2, compute9..compute11, controller"),
        ("n08 n09 n10 n11", "n08..n11"),
        ("c1.example.org c2.example.org c3.example.org", "c1.example.org..c3.example.org"),
        ("c1r1 c1r2 c1r3 c2r1", "c1r1..c1r3, c2r1"),
        ("10.0.0.7 10.0.0.8 10.0.0.9 10.0.1.7", "10.0.0.7..10.0.0.9, 10.0.1.7"),
        ("blue blue red", "blue, red"),
        ("", ""),
    ],
)
def test_names_whose_numbers_follow_each_other_are_a_range(names: str, told: str) -> None:
    assert in_ranges(names.split()) == told


def test_a_hundred_are_one_range() -> None:
    assert in_ranges(f"n{number:03}" for number in range(1, 101)) == "n001..n100"
    assert in_ranges(f"n{number}" for number in range(1, 101)) == "n1..n100"
