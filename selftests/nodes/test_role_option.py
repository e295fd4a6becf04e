import pytest

from fixtures.nodes.role_option import wishes_in


def mistakes(*options: str, names: tuple[str, ...] = ("controller",)) -> tuple[str, ...]:
    with pytest.raises(ValueError) as told:  # noqa: PT011  # its text is what is looked at
        wishes_in(options, names)
    return told.value.args


def test_each_node_gets_a_role_or_loses_it() -> None:
    wishes = wishes_in(["compute=a, -b", "block=a"], ["a", "b"])
    assert sorted(wishes.added) == [("a", "block"), ("a", "compute")]
    assert sorted(wishes.taken) == [("b", "compute")]


def test_every_mistake_is_told() -> None:
    assert mistakes("compute=compute9", "computer=-controller") == (
        "--role=compute=compute9: compute9 is not among --hosts=controller. Fix: name each node as --hosts does",
        "--role=computer=-controller: computer is no role. Fix: give one of "
        "block, compute, controller, network, object",
    )


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("compute", "--role=compute: names no node. Fix: --role=compute=NODE"),
        ("compute=", "--role=compute: names no node. Fix: --role=compute=NODE"),
        ("compute=-", "--role=compute: names no node. Fix: --role=compute=NODE"),
        ("=controller", "--role==controller: empty is no role. Fix: give one of "),
        ("compute=--controller", "--role=compute=--controller: -controller is not among --hosts=controller. Fix: "),
    ],
)
def test_half_a_role_is_told(option: str, told: str) -> None:
    assert mistakes(option)[0].startswith(told)


def test_a_role_of_nobody_is_told() -> None:
    assert "x is not among --hosts, which is not given" in mistakes("compute=x", names=())[0]


def test_what_contradicts_itself_is_told() -> None:
    assert mistakes("compute=controller", "compute=-controller") == (
        "--role=compute=controller,-controller: adds a role and takes it away. Fix: give one of both",
    )
