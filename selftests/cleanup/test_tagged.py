from graphlib import CycleError
from typing import Any

import pytest

from fixtures.cleanup.tagged import KINDS, ORDER, OWNERS, Deletable, turns

UNLISTED: Any = None


def test_what_hangs_on_others_goes_first() -> None:
    assert [set(turn) for turn in ORDER] == [
        {"server", "keypair", "container"},
        {"floating IP", "volume", "snapshot", "flavor"},
        {"router", "image"},
        {"port"},
        {"subnet", "security group"},
        {"network"},
    ]


def test_owners_go_when_all_else_is_gone() -> None:
    assert [set(turn) for turn in OWNERS] == [{"user"}, {"project"}]
    assert sorted(kind for turn in (*ORDER, *OWNERS) for kind in turn) == sorted(KINDS)


def test_kinds_that_wait_for_each_other_are_told() -> None:
    with pytest.raises(CycleError):
        list(turns({"volume": Deletable(UNLISTED, ["snapshot"]), "snapshot": Deletable(UNLISTED, ["volume"])}))
