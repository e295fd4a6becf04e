from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.deadlines import Deadlines
from fixtures.guest.login import Login, logged_in_at, ssh_config
from fixtures.guest.ping import CannotAsk
from fixtures.guest.way_in import FromNamespace, FromRunner
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


@pytest.mark.parametrize("address", ["203.0.113.7; touch ran", "-oProxyCommand=touch ran", "$(touch ran)", "a\nb", ""])
def test_what_is_no_address_gets_into_no_configuration_of_ssh(address: str, tmp_path: Path) -> None:
    login = Login("cirros", tmp_path / "key", FromRunner())
    refused = pytest.raises(ValueError, match=r"^the API tells '.*' where an address belongs\. Fix: .*$")
    with refused, logged_in_at(login, address, tmp_path, Deadlines()):
        pass
    assert [*tmp_path.iterdir()] == []


def test_a_value_is_one_line_of_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot hold the line break"):
        ssh_config(Login("cirros\nProxyCommand touch ran", tmp_path / "key", FromRunner()), "203.0.113.7")
