"""A guest that has nothing yet asks anew now and then."""

from typing import Any

import pytest

from fixtures.guest import asking_again
from fixtures.guest.ipv6_view import Ipv6View

LINK, OWN = "fe80::1", "fd12::1"


def view(*addresses: str, pending: frozenset[str] = frozenset()) -> Ipv6View:
    return Ipv6View(frozenset(addresses), frozenset(), 1, pending)


def test_a_guest_asks_anew_until_it_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = [view(LINK), view(LINK, pending=frozenset({OWN})), view(LINK), view(LINK, OWN)]
    asked: list[str] = []
    monkeypatch.setattr(asking_again, "ipv6_of", lambda _: ahead.pop(0))
    monkeypatch.setattr(asking_again, "AGAIN", 0)
    guest: Any = None
    look = asking_again.asking_again(guest, "fd12::/64", lambda: asked.append("router"))
    seen = [(sorted(look().addresses), len(asked)) for _ in range(4)]
    assert seen[1] == ([LINK], 1)  # it is looking whether somebody else has the address
    assert [seen[0], *seen[2:]] == [([LINK], 1), ([LINK], 2), ([OWN, LINK], 2)]
