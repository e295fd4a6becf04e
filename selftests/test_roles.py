import pytest

from fixtures.roles import ALL_ROLES, assign


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
    with pytest.raises(ValueError, match="no such role") as told:
        assign(["controller"], ["compute=compute9", "computer=controller"], {})
    assert told.value.args == (
        "--role compute=compute9: compute9 is not among --hosts=controller",
        "--role computer=controller: no such role; there are block, compute, controller, network, object",
    )


def test_a_node_without_a_role_is_a_question() -> None:
    with pytest.raises(ValueError, match=r"what is db1\? Give its role: --role compute=db1"):
        assign(["controller", "db1"], [], {})
