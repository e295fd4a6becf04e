from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.security_group import SecurityGroup

from fixtures.core.deadlines import Deadlines
from fixtures.guest import ipv6_ingress
from fixtures.guest.ipv6_guest import Ipv6Guest
from fixtures.guest.ipv6_ingress import _gets_in, _why_never_refused, why_kept_in
from fixtures.network.drivers import linuxbridge

NOBODY: Any = None
GUESTS = Ipv6Guest(NOBODY, "fd12::1"), Ipv6Guest(NOBODY, "fd12::2")
pytestmark = pytest.mark.usefixtures("pauses")


def gets_in(monkeypatch: pytest.MonkeyPatch, wanted: bool, *answers: bool) -> bool:
    """What is told of a guest that answers like this, and at last always in the same way."""
    left = list(answers)
    monkeypatch.setattr(ipv6_ingress, "pings_from", lambda *_: left.pop(0) if len(left) > 1 else left[0])
    return _gets_in(wanted, *GUESTS, linuxbridge.DRIVER, Deadlines(rules_applied=60))


def test_a_ping_that_is_lost_once_it_was_let_in_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gets_in(monkeypatch, True, False, False, True, False)


def test_a_ping_that_is_lost_before_the_rule_has_gone_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not gets_in(monkeypatch, False, True, False, True, True, False, False)


@pytest.mark.parametrize("wanted", [True, False])
def test_what_does_not_change_is_told(monkeypatch: pytest.MonkeyPatch, wanted: bool) -> None:
    assert gets_in(monkeypatch, wanted, not wanted) is not wanted


def with_rules(**protocols: list[str | None]) -> Any:
    """A cloud whose groups have these rules for IPv6, by direction."""

    def rules(*, security_group_id: str, direction: str, ether_type: str) -> list[SimpleNamespace]:
        assert (security_group_id, ether_type) == ("g1", "IPv6")
        return [SimpleNamespace(protocol=each) for each in protocols.get(direction, [])]

    return SimpleNamespace(network=SimpleNamespace(security_group_rules=rules))


@pytest.mark.parametrize(("egress", "is_kept"), [([None], False), (["ipv6-icmp"], False), ([], True), (["tcp"], True)])
def test_an_operators_own_rules_may_let_no_ping_out(egress: list[str | None], is_kept: bool) -> None:
    assert bool(why_kept_in(with_rules(egress=egress), SecurityGroup(id="g1"))) is is_kept


@pytest.mark.parametrize("ingress", [[], ["tcp"]])
def test_an_operators_own_rules_may_let_all_in(ingress: list[str | None]) -> None:
    why = _why_never_refused(with_rules(egress=[None], ingress=ingress), SecurityGroup(id="g1"))
    assert bool(why) is bool(ingress)
