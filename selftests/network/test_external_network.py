import pytest
from openstack.network.v2.network import Network

from fixtures.network.external_network import choose_external

EXT1, EXT2 = Network(id="1", name="ext1"), Network(id="2", name="ext2")


def test_the_only_one_is_taken() -> None:
    assert choose_external([EXT1], None) is EXT1


def test_the_named_one_is_taken() -> None:
    assert choose_external([EXT1, EXT2], "ext2") is EXT2


@pytest.mark.parametrize(
    ("networks", "name", "problem"),
    [
        ([], None, "external network: none. Fix: an operator"),
        ([EXT1, EXT2], None, r"external network: several: ext1, ext2\. Fix: choose one"),
        ([EXT1], "ext9", "--external-network=ext9: there is none of that name; there are: ext1"),
    ],
)
def test_anything_else_is_a_problem_in_words(networks: list[Network], name: str | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        choose_external(networks, name)
