from fixtures.cleanup.tagged import LISTERS, ORDER, OWNERS


def test_every_kind_has_its_turn_once() -> None:
    kinds = [kind for turn in (*ORDER, *OWNERS) for kind in turn]
    assert sorted(kinds) == sorted(LISTERS)
