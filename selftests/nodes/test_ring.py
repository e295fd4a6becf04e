import pytest

from fixtures.nodes.ring import PEERS, neighbours


def names(count: int) -> list[str]:
    return [f"node{number:03}" for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, PEERS + 1])
def test_of_a_few_all_others_are_neighbours(count: int) -> None:
    assert neighbours("node000", names(count)) == set(names(count)) - {"node000"}


def test_of_many_there_are_so_many_and_they_are_mutual() -> None:
    ring = names(200)
    near = {each: neighbours(each, ring) for each in ring}
    assert {len(each) for each in near.values()} == {PEERS}
    assert all(mine in near[other] for mine, others in near.items() for other in others)


def test_the_order_in_which_they_are_given_is_none() -> None:
    assert neighbours("node007", names(50)) == neighbours("node007", names(50)[::-1])
