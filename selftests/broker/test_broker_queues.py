import importlib
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.broker import broker_queues as module
from fixtures.broker.broker_queues import MANY, Queue, queues_in
from selftests.identity.known_logins import this_machine
from selftests.nodes.test_process_args import program

checks: Any = importlib.import_module("tests.broker.test_broker_api")
NODE: Any = SimpleNamespace(name="controller")
LIST = """
[ "$1 $2 $4 $5 $6 $7" = '-q -p list_queues name messages consumers' ] || exit 64
printf 'name\\tmessages\\tconsumers\\nconductor\\t3\\t2\\nqueue of %s\\t2000\\t0\\n' "$3"
"""


class One:
    """Subtests whose first failure ends the test."""

    def test(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()


def listed(folder: Path, monkeypatch: pytest.MonkeyPatch, rabbitmqctl: str, *vhosts: str) -> list[Queue]:
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    program(folder, "rabbitmqctl", rabbitmqctl)
    brokers = [SimpleNamespace(broker=SimpleNamespace(virtual_host=each)) for each in vhosts]
    made: Any = module.broker_queues
    found: list[Queue] = made.__wrapped__(this_machine({"rabbitmq": folder / "none"}), SimpleNamespace(all=brokers))
    return found


def test_they_are_listed_by_virtual_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = ["nova_cell1", "$(touch ran)", 'a"b', "a\nb", "`a`", "-x", ""]
    found = listed(tmp_path, monkeypatch, LIST, *hostile)
    assert [each.vhost for each in found if each.name == "conductor"] == ["/", "nova_cell1"]
    assert Queue("/", "queue of /", 2000, 0) in found
    assert not (tmp_path / "ran").exists()


def test_one_that_does_not_list_them_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="rabbitmqctl lists no queues: Error: it has gone"):
        listed(tmp_path, monkeypatch, "echo 'Error: it has gone' >&2; exit 69\n")


def test_a_virtual_host_of_another_broker_hides_no_other_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"[ \"$3\" != / ] || {{ echo 'Virtual host / does not exist' >&2; exit 70; }}\n{LIST}"
    found = listed(tmp_path, monkeypatch, script, "nova", "neutron")
    assert {each.vhost for each in found} == {"nova", "neutron"}


def test_one_that_is_slow_is_asked_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f'echo "$3" >> "{tmp_path}/asked"\n[ "$3" != nova ] || exit 124\n{LIST}'
    with pytest.raises(pytest.skip.Exception, match="rabbitmqctl lists no queues: no answer"):
        listed(tmp_path, monkeypatch, script, "neutron", "nova", "x")
    assert (tmp_path / "asked").read_text().split() == ["/", "neutron", "nova"]


def test_lines_that_are_of_no_queue_are_left_out() -> None:
    lines = ["Listing queues ...", "#/", "name\tmessages\tconsumers", "a\t1\t2", "b\tmany\t0", "c\t1", "#d\t5\t0"]
    assert queues_in(lines) == [Queue("/", "a", 1, 2), Queue("/", "#d", 5, 0)]


@pytest.mark.parametrize(
    ("name", "messages", "consumers", "is_unread"),
    [
        ("conductor", MANY, 0, True),
        ("compute.compute1", MANY, 0, True),
        ("cinder-volume.block1@lvm", MANY, 0, True),
        ("conductor", MANY - 1, 0, False),
        ("conductor", MANY, 1, False),
        ("notifications.info", 10**7, 0, False),
        ("versioned_notifications.error", 10**7, 0, False),
        ("notifications_designate.info", 10**7, 0, False),
        ("ceilometer.sample", 10**7, 0, False),
        ("monitor.info", 10**7, 0, False),
        ("scheduler_fanout_4f1c7e", 10**7, 0, False),
        ("q-agent-notifier-port-update_fanout", 10**7, 0, False),
        ("reply_5b1c", 10**7, 0, False),
        ("amq.gen-x", 10**7, 0, False),
    ],
)
def test_what_a_service_is_to_do_must_be_read(name: str, messages: int, consumers: int, is_unread: bool) -> None:
    assert Queue("/", name, messages, consumers).is_unread is is_unread


def test_one_that_nobody_reads_fails() -> None:
    one: Any = One()
    sound = Queue("/", "conductor", 2, 2)
    checks.test_no_queue_grows_unread(NODE, [sound], one)
    with pytest.raises(
        pytest.fail.Exception, match=r"^controller: in RabbitMQ's queue conductor .* 2000 messages wait"
    ):
        checks.test_no_queue_grows_unread(NODE, [sound, Queue("/", "conductor", 2000, 0)], one)
