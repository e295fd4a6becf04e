from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.security_group import SecurityGroup

from fixtures.core.deadlines import Deadlines
from fixtures.guest import ipv6_ingress
from fixtures.guest.ipv6_guest import Ipv6Guest
from fixtures.guest.ipv6_ingress import Ipv6Ingress, _gets_in, _seen, _why_kept_in
from fixtures.network.drivers import linuxbridge

NOBODY: Any = None
GUEST = Ipv6Guest(NOBODY, "fd12::9")
pytestmark = pytest.mark.usefixtures("pauses")


def gets_in(monkeypatch: pytest.MonkeyPatch, wanted: bool, *answers: bool) -> bool:
    """What is told of a guest that answers like this, and at last always in the same way."""
    left = list(answers)
    monkeypatch.setattr(ipv6_ingress, "pings_from", lambda *_: left.pop(0) if len(left) > 1 else left[0])
    return _gets_in(GUEST, linuxbridge.DRIVER, Deadlines(rules_applied=60), "fd12::2", wanted)


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
    assert bool(_why_kept_in(with_rules(egress=egress), SecurityGroup(id="g1"))) is is_kept


def test_the_router_is_asked_while_there_is_the_rule() -> None:
    happened: list[str] = []

    @contextmanager
    def rule() -> Iterator[None]:
        happened.append("rule")
        yield
        happened.append("no rule")

    def gets_in(address: str, _wanted: bool) -> bool:
        happened.append(address)
        return "no rule" not in happened

    seen = _seen(rule(), gets_in, "fd12::2", "fd12::1")
    assert seen == Ipv6Ingress(with_rule=True, without_rule=False, from_router=True)
    assert happened == ["rule", "fd12::2", "fd12::1", "no rule", "fd12::2"]
