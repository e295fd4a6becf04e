import pytest

from fixtures.nodes.roles import ALL_ROLES, assign, question


def roles(*names: str, options: tuple[str, ...] = (), **groups: list[str]) -> dict[str, str]:
    return {name: " ".join(sorted(found)) for name, found in assign(names, options, groups).items()}


def test_names_tell() -> None:
    assert roles("controller", "compute1", "cmp02", "network", "block1", "swift1") == {
        "controller": "controller",
        "compute1": "compute",
        "cmp02": "compute",
        "network": "network",
        "block1": "block",
        "swift1": "object",
    }


def test_a_controller_carries_what_no_other_node_does() -> None:
    assert roles("controller", "compute1", "block1")["controller"] == "controller network object"


def test_a_lone_node_of_no_telling_name_is_everything() -> None:
    assert assign(["10.0.0.11"], [], {}) == {"10.0.0.11": ALL_ROLES}


def test_the_option_comes_before_the_name() -> None:
    found = roles("controller", "compute1", options=("compute=controller,compute1", "controller=controller"))
    assert found == {"controller": "compute controller", "compute1": "compute"}


def test_groups_come_before_the_name() -> None:
    assert roles("controller", "compute1", compute1=["compute", "storage"])["compute1"] == "block compute"


def test_every_mistake_is_told() -> None:
    with pytest.raises(ValueError, match="is no role") as told:
        assign(["controller"], ["compute=compute9", "computer=controller"], {})
    assert told.value.args == (
        "--role=compute=compute9: compute9 is not among --hosts=controller. Fix: name each node as --hosts does",
        "--role=computer=controller: computer is no role. Fix: give one of block, compute, controller, network, object",
    )


def test_a_node_without_a_role_is_a_question() -> None:
    assert assign(["controller", "db1"], [], {})["db1"] == frozenset()
    assert question("db1").endswith("tells what db1 is. Fix: --role=compute=db1")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("compute", "--role=compute: names no node. Fix: --role=compute=NODE"),
        ("compute=", "--role=compute: names no node. Fix: --role=compute=NODE"),
        ("=controller", "--role==controller: empty is no role. Fix: give one of "),
    ],
)
def test_half_a_role_is_told(option: str, told: str) -> None:
    with pytest.raises(ValueError) as mistakes:  # noqa: PT011  # its text is what is looked at
        assign(["controller"], [option], {})
    assert mistakes.value.args[0].startswith(told)


def test_a_role_of_nobody_is_told() -> None:
    with pytest.raises(ValueError, match="x is not among --hosts, which is not given"):
        assign([], ["compute=x"], {})
