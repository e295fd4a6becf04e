from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.nodes.listeners import Listeners, Listening, addresses_in
from fixtures.nodes.no_answer import NoAnswer

SHOWN = """\
State      Recv-Q Send-Q Local Address:Port               Peer Address:Port
LISTEN     0      128    127.0.0.1:6080               0.0.0.0:*
LISTEN     0      128    *:9696                       *:*
LISTEN     0      128    127.0.0.53%lo:53             0.0.0.0:*
LISTEN     0      128    [::1]:6080                   [::]:*
"""
HERE = frozenset({"127.0.0.1"})


class Node:
    """A node called controller, at 10.0.0.11."""

    name, roles, addresses = "controller", frozenset({"controller"}), frozenset({"10.0.0.11"})
    host: Any = SimpleNamespace(run=lambda _: SimpleNamespace(stdout=SHOWN))

    def is_called(self, host: str) -> bool:
        return host == self.name


class Silent(Node):
    """One that does not answer."""

    @property
    def host(self) -> Any:
        raise NoAnswer("controller", "Connection timed out")


def test_the_addresses_of_a_port_are_read() -> None:
    assert addresses_in(SHOWN, 6080) == {"127.0.0.1", "::1"}
    assert addresses_in(SHOWN, 9696) == {"*"}
    assert addresses_in(SHOWN, 53) == {"127.0.0.53"}
    assert not addresses_in(SHOWN, 80)


@pytest.mark.parametrize("url", ["http://controller:6080/", "http://10.0.0.11:6080/", "http://of-nobody:6080/"])
def test_who_listens_for_itself_alone_is_told(url: str) -> None:
    listening = Listeners(cast(Any, (Node(),))).at(url)
    assert str(listening) == ", and on controller a service listens at 127.0.0.1:6080, [::1]:6080 alone"
    assert listening.to_open("glance-api", "restart it", "look").startswith("[DEFAULT] bind_host in glance-api.conf: 0")


def test_nobody_who_listens_is_told() -> None:
    listening = Listening(9292, {"controller": frozenset()})
    assert str(listening) == ", and nothing listens at port 9292 on controller"
    assert listening.to_open("glance-api", "restart it", "look") == "restart it"


def test_who_listens_to_all_has_something_in_the_way() -> None:
    listening = Listening(9292, {"controller": frozenset({"0.0.0.0"}), "two": HERE})  # what ss shows
    assert not str(listening).endswith("alone")
    assert listening.to_open("glance-api", "restart it", "look") == "look"


@pytest.mark.parametrize("url", ["http://controller:9292/", ""])
def test_nodes_that_do_not_tell_are_left_out(url: str) -> None:
    listening = Listeners(cast(Any, (Silent(),))).at(url)
    assert str(listening) == ""
    assert listening.to_open("glance-api", "restart it", "look") == "look"


def test_a_service_behind_a_web_server_is_told_so() -> None:
    assert Listening(5000, {"controller": HERE}).to_open("keystone", "restart it", "look").startswith("Listen and the")
