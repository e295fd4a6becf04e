"""A broker of which no rabbitmqctl tells is sent a message; what is lost is told apart from what was not sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from fixtures.broker import message
from fixtures.broker.amqp import NotPassed, Refused
from fixtures.broker.message import Message, unheard
from fixtures.broker.rpc_services import RpcService, RpcServices
from fixtures.broker.transport_url import Broker
from fixtures.core.deadlines import Deadlines
from fixtures.nodes.nodes import Nodes
from selftests.nodes.known_nodes import known_node

check = import_module("tests.broker.test_broker_nodes").test_broker_passes_messages_on
CONTROLLER = known_node("controller", running=["rabbitmq"], addresses=["10.0.0.11"])
COMPUTE = known_node("compute1", running=["nova-compute"], addresses=["10.0.0.101"])
NODES = Nodes("", (CONTROLLER, COMPUTE))
BLOCKED = "it has blocked the connection: low on disk"


def speaking_to(*hosts: str, driver: str = "rabbit", service: str = "nova-compute") -> RpcService:
    broker = Broker(tuple((host, 5672) for host in hosts), "openstack", "/", driver=driver, password="s3cret-Pa55")
    return RpcService("compute1", service, "n", "f", broker, frozenset((host, 5672) for host in hosts))


@pytest.fixture
def tells(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the nodes whose rabbitmqctl tells."""
    names: set[str] = set()
    monkeypatch.setattr(message, "status_told", lambda node: node.name in names)
    return names


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """What comes of each message, one after the other."""
    said: list[Exception | None] = []

    @contextmanager
    def spoken_to(*_: object) -> Iterator[None]:
        yield None

    def answer(_: object, user: str, password: str, virtual_host: str) -> None:
        assert (user, password, virtual_host) == ("openstack", "s3cret-Pa55", "/")
        if (one := said.pop(0)) is not None:
            raise one

    monkeypatch.setattr(message, "spoken_to", spoken_to)
    monkeypatch.setattr(message, "pass_message", answer)
    return said


def sent(*services: RpcService) -> list[Message]:
    return [each() for each in unheard(NODES, RpcServices(services))]


def test_a_broker_that_tells_itself_is_sent_nothing(tells: set[str]) -> None:
    tells.add("controller")
    assert not [*unheard(NODES, RpcServices((speaking_to("10.0.0.11"),)))]


def test_each_other_is_sent_one_message(tells: set[str], answers: list[Exception | None]) -> None:
    answers += [None, None]
    told = sent(speaking_to("10.0.0.21", "10.0.0.22"), speaking_to("10.0.0.21"), speaking_to("x", driver="kafka"))
    assert told == [Message("compute1", f"10.0.0.2{n}:5672", "openstack") for n in (1, 2)]


@pytest.mark.parametrize(
    ("answer", "lost", "unsent"),
    [
        (NotPassed(BLOCKED), BLOCKED, ""),
        (NotPassed("timed out"), "timed out", ""),
        (NotPassed("403 ACCESS_REFUSED - no"), "", "make no queue of his own: 403"),
        (Refused("403 ACCESS_REFUSED - Login was refused"), "", "see NOVA-5"),
        (ConnectionRefusedError("refused"), "", "see NOVA-5"),
    ],
)
def test_lost_is_what_did_not_come_back_from_one_who_lets_in(
    tells: set[str], answers: list[Exception | None], answer: Exception, lost: str, unsent: str
) -> None:
    answers.append(answer)
    (told,) = sent(speaking_to("10.0.0.21"))
    assert (told.lost, unsent in told.unsent, bool(told.unsent)) == (lost, True, bool(unsent))


@pytest.mark.parametrize(("later", "is_lost"), [(None, False), (NotPassed(BLOCKED), True)])
def test_what_comes_back_at_the_second_try_is_not_lost(
    tells: set[str], answers: list[Exception | None], later: Exception | None, is_lost: bool
) -> None:
    answers += [NotPassed(BLOCKED), later, later, later]
    (send,) = unheard(NODES, RpcServices((speaking_to("10.0.0.21"),)))
    assert bool(message._lasting(send, Deadlines(unit_settled=0)).lost) is is_lost


def test_a_lost_message_is_told_with_the_alarm_and_what_helps() -> None:
    lost = Message("compute1", "rabbit.example:5672", "openstack", lost=BLOCKED)
    told = str(lost)
    assert told.startswith("compute1: the broker rabbit.example:5672 lets the user openstack in, and a message")
    assert "low on disk; so no service hears of another. Fix: on rabbit.example, make room on the disk of" in told
    assert "rabbitmqctl status shows its alarms" in str(Message("c", "h:1", "u", lost="timed out"))


def test_the_check_tells_lost_from_unsent() -> None:
    class Subtests:
        @contextmanager
        def test(self, _: str) -> Iterator[None]:
            yield

    subtests: Any = Subtests()
    check([Message("c", "h:1", "u")], subtests)
    with pytest.raises(AssertionError, match="did not come back: low on disk"):
        check([Message("c", "h:1", "u", lost="low on disk")], subtests)
    with pytest.raises(pytest.skip.Exception, match="see NOVA-5"):
        check([Message("c", "h:1", "u", unsent="h:1 lets c not in: see NOVA-5")], subtests)
