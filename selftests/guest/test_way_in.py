from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.guest.ping import CannotAsk
from fixtures.guest.way_in import FromNamespace
from fixtures.nodes.namespaces import Namespace

LOST = "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n"


def way_in(rc: int, stdout: str = "", stderr: str = "") -> FromNamespace:
    answer = SimpleNamespace(rc=rc, stdout=stdout, stderr=stderr)
    node: Any = SimpleNamespace(name="controller", host=SimpleNamespace(run=lambda *_: answer))
    return FromNamespace(Namespace(node, "qrouter-1"))


def test_an_answer_and_none_are_told_apart() -> None:
    assert way_in(0).pings("203.0.113.7")
    assert not way_in(1, LOST).pings("203.0.113.7")


def test_who_may_not_enter_the_namespace_is_not_refused_by_the_guest() -> None:
    way = way_in(1, stderr='setting the network namespace "qrouter-1" failed: Operation not permitted\n')
    with pytest.raises(CannotAsk, match=r"qrouter-1 on controller: ping sent nothing: setting .* Fix: log in .* root"):
        way.pings("203.0.113.7")
