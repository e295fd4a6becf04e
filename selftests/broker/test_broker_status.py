"""What RabbitMQ says of itself: tried on a rabbitmqctl that says what others have said, and the checks on that."""

import importlib
import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.broker import broker_status as module
from fixtures.broker.broker_status import BrokerStatus, status_in
from fixtures.core.deadlines import Deadlines
from fixtures.nodes.node import Node
from selftests.identity.known_logins import this_machine
from selftests.nodes.known_nodes import known_node
from selftests.nodes.test_process_args import program

pytestmark = pytest.mark.usefixtures("pauses")
checks: Any = importlib.import_module("tests.broker.test_broker_nodes")
NODE: Any = None
# As RabbitMQ 3.8 and later print it with --formatter json, and 3.6 without
DESCRIPTORS = {"total_limit": 927, "total_used": 60, "sockets_limit": 832, "sockets_used": 50}
STATUS: dict[str, Any] = {
    "alarms": [],
    "disk_free_limit": 50000000,
    "disk_free": 51965030400,
    "file_descriptors": DESCRIPTORS,
    "memory": {"total": {"erlang": 66347264, "rss": 80506880}},
    "vm_memory_high_watermark_limit": 4623935078,
}
CLUSTER: dict[str, Any] = {"alarms": [], "partitions": {}, "running_nodes": ["rabbit@controller"]}
STATUS_OF_3_6 = """[{pid,2213},
 {running_applications,[{rabbit,"RabbitMQ","3.6.16"}]},
 {memory,[{connection_readers,0},{total,[{erlang,47642760}]}]},
 {alarms,[ALARMS]},
 {listeners,[{clustering,25672,"::"},{amqp,5672,"::"}]},
 {vm_memory_limit,3293700096},
 {disk_free_limit,50000000},
 {disk_free,17867169792},
 {file_descriptors,[{total_limit,924},
                    {total_used,2},
                    {sockets_limit,829},
                    {sockets_used,0}]}]
"""
CLUSTER_OF_3_6 = """[{nodes,[{disc,[rabbit@memory,'rabbit@disk']}]},
 {running_nodes,[rabbit@memory]},
 {partitions,[PARTITIONS]},
 {alarms,[{rabbit@memory,[]},{'rabbit@disk',[ALARMS]}]}]
"""
CTL = """
case "$*" in
    *list_connections*) printf 'state\\nrunning\\nblocked\\nblocking\\n' ;;
    *cluster_status*json) cat "{0}/cluster" ;;
    *status*json) cat "{0}/status" ;;
esac
"""


class One:
    """Subtests whose first failure ends the test."""

    def test(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()


ONE: Any = One()


def machine(folder: Path, monkeypatch: pytest.MonkeyPatch, rabbitmqctl: str) -> Node:
    """This one, as a node with a RabbitMQ whose rabbitmqctl this is."""
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    program(folder, "rabbitmqctl", rabbitmqctl.replace("{0}", str(folder)))
    return this_machine({"rabbitmq": folder / "none"})


def status_on(node: Node) -> BrokerStatus:
    made: Any = module.broker_status
    found: BrokerStatus = made.__wrapped__(node, Deadlines())
    return found


def alarm(resource: str, node: str = "rabbit@other") -> dict[str, str]:
    return {"type": "resource_limit", "resource": resource, "node": node}


def status(told: Mapping[str, Any] = STATUS, cluster: Mapping[str, Any] = CLUSTER) -> BrokerStatus:
    there: Any = SimpleNamespace(
        restart="systemctl restart rabbitmq-server",
        host=SimpleNamespace(try_run=lambda *_: SimpleNamespace(stdout="state\nrunning\nblocked\nblocking\n")),
    )
    return status_in("controller", there, {"status": json.dumps(told), "cluster": json.dumps(cluster)})


def test_it_is_asked_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status").write_text(json.dumps({**STATUS, "alarms": [alarm("memory")]}))
    (tmp_path / "cluster").write_text(json.dumps(CLUSTER))
    found = status_on(machine(tmp_path, monkeypatch, CTL))
    assert (found.node, set(found.alarms), found.is_parted) == ("compute1", {"memory"}, False)
    assert found.numbers["total_limit"] == 927
    assert module.blocked_connections(found) == 2


def test_an_alarm_of_a_moment_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status").write_text(json.dumps({**STATUS, "alarms": [alarm("memory")]}))
    (tmp_path / "cluster").write_text(json.dumps(CLUSTER))
    (tmp_path / "sound").write_text(json.dumps(STATUS))
    found = status_on(machine(tmp_path, monkeypatch, f'{CTL}\ncp "{{0}}/sound" "{{0}}/status"\n'))
    assert (found.alarms, found.numbers["total_limit"]) == (frozenset(), 927)


@pytest.mark.parametrize("code", [124, 137])
def test_a_whole_answer_counts_though_its_program_did_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    (tmp_path / "status").write_text(json.dumps(STATUS))
    (tmp_path / "cluster").write_text(json.dumps({**CLUSTER, "alarms": [alarm("disk")]}))
    found = status_on(machine(tmp_path, monkeypatch, f"{CTL}\nexit {code}\n"))
    assert (set(found.alarms), found.numbers["total_used"]) == ({"disk"}, 60)


def test_half_an_answer_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status").write_text(json.dumps(STATUS)[:-9])
    (tmp_path / "cluster").write_text(json.dumps(CLUSTER))
    with pytest.raises(pytest.skip.Exception, match="rabbitmqctl tells nothing"):
        status_on(machine(tmp_path, monkeypatch, f"{CTL}\nexit 124\n"))


def test_one_that_is_slow_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="rabbitmqctl tells nothing: no answer"):
        status_on(machine(tmp_path, monkeypatch, 'echo "$@" >> "{0}/asked"; exit 124\n'))
    assert (tmp_path / "asked").read_text().splitlines() == ["-q status --formatter json"]


def test_an_older_one_is_understood_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status").write_text(STATUS_OF_3_6.replace("ALARMS", ""))
    (tmp_path / "cluster").write_text(CLUSTER_OF_3_6.replace("ALARMS", "disk").replace("PARTITIONS", ""))
    found = status_on(machine(tmp_path, monkeypatch, 'case $* in *json*) exit 64 ;; esac\ncat "{0}/${2%_status}"\n'))
    assert (set(found.alarms), found.is_parted, found.numbers["sockets_limit"]) == ({"disk"}, False, 829)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo 'Error: unable to perform an operation on node rabbit@x.' >&2; exit 69\n",
            "unable to perform an operation",
        ),
        ("echo 'Only root or rabbitmq can run rabbitmqctl' >&2; exit 1\n", "Only root or rabbitmq"),
        ("exit 1\n", "no answer"),
        ("exec /nowhere/rabbitmqctl-is-not-there\n", "not-there"),
    ],
)
def test_one_that_does_not_tell_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    with pytest.raises(pytest.skip.Exception, match=rf"compute1: .*{why}"):
        status_on(machine(tmp_path, monkeypatch, script))


def test_a_node_without_one_that_runs_is_skipped() -> None:
    for node, why in (
        (known_node("n", running=["nova-compute"]), "n has no RabbitMQ"),
        (known_node("n", stopped=["rabbitmq"]), "n: rabbitmq-server.service does not run"),
    ):
        with pytest.raises(pytest.skip.Exception, match=why):
            status_on(node)


@pytest.mark.parametrize(
    ("of_one", "of_all", "alarms"),
    [
        ("", "", set()),
        ("memory", "", {"memory"}),
        ("memory,disk", "", {"memory", "disk"}),
        ("", "{resource_limit,disk,'rabbit@disk'}", {"disk"}),
        ("file_descriptor_limit", "", {"file descriptor"}),
    ],
)
def test_alarms_in_erlangs_terms(of_one: str, of_all: str, alarms: set[str]) -> None:
    cluster = CLUSTER_OF_3_6.replace("ALARMS", of_all).replace("PARTITIONS", "")
    found = status_in("n", NODE, {"status": STATUS_OF_3_6.replace("ALARMS", of_one), "cluster": cluster})
    assert found.alarms == alarms


@pytest.mark.parametrize(
    "told", [[["alarms", ["memory"]], ["partitions", []]], {"alarms": ["memory"]}, {"alarms": [alarm("memory")]}]
)
def test_alarms_in_json(told: Any) -> None:
    assert status_in("n", NODE, {"status": json.dumps(told)}).alarms == {"memory"}


@pytest.mark.parametrize("told", ["", "null", "[1]", '"alarms"', '{"alarms": 3}', "\x00", "{alarms,", "[" * 9999])
def test_what_is_no_answer_says_nothing(told: str) -> None:
    found = status_in("n", NODE, {"status": told, "cluster": told})
    assert not found.alarms
    assert (not found.is_parted, found.numbers) == (True, {})


def test_partitions_are_of_the_cluster() -> None:
    cluster = CLUSTER_OF_3_6.replace("ALARMS", "").replace("PARTITIONS", "{rabbit@memory,['rabbit@disk']}")
    assert status_in("n", NODE, {"cluster": cluster}).is_parted
    assert status(cluster={**CLUSTER, "partitions": {"rabbit@a": ["rabbit@b"]}}).is_parted


def test_a_sound_one_passes() -> None:
    unlimited = {**STATUS, "file_descriptors": {"total_limit": 927, "total_used": 0, "sockets_limit": 0}}
    for told in (STATUS, unlimited):
        checks.test_broker_takes_messages(NODE, status(told), ONE)
        checks.test_broker_has_room_for_connections(NODE, status(told))
        checks.test_broker_is_not_parted(NODE, status(told))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"alarms": [alarm("disk")], "disk_free": 1024**3, "disk_free_limit": 10**14},
            r"disk alarm \(1024 MiB of its disk are free, disk_free_limit is 95367432 MiB\): it takes no message of "
            r"anybody; 2 connections wait for that, expected no alarm\. Fix: on controller, make room",
        ),
        ({"alarms": [alarm("disk")]}, r"disk alarm: it takes"),
        (
            {"alarms": ["memory"], "vm_memory_high_watermark_limit": 1024 * 1024},
            r"memory alarm \(vm_memory_high_watermark is 1\.0 MiB\).*set_vm_memory_high_watermark 0\.4",
        ),
        ({"alarms": ["file_descriptor_limit"]}, "file descriptor alarm.*LimitNOFILE"),
    ],
)
def test_an_alarm_fails(told: Mapping[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=rf"^controller: RabbitMQ has raised its {said}"):
        checks.test_broker_takes_messages(NODE, status({**STATUS, **told}), ONE)


def test_descriptors_for_files_may_be_used_up() -> None:
    cached = {**STATUS, "file_descriptors": {**DESCRIPTORS, "total_used": DESCRIPTORS["total_limit"]}}
    checks.test_broker_has_room_for_connections(NODE, status(cached))


@pytest.mark.parametrize(
    ("told", "what"),
    [({"total_limit": 900, "total_used": 890}, ""), ({**DESCRIPTORS, "sockets_used": 832}, " for sockets")],
)
def test_the_last_file_descriptors_fail(told: Mapping[str, int], what: str) -> None:
    full = {**STATUS, "file_descriptors": told}
    with pytest.raises(AssertionError, match=rf"of its \d+ file descriptors{what}, expected less than 90%"):
        checks.test_broker_has_room_for_connections(NODE, status(full))


def test_a_parted_cluster_fails() -> None:
    with pytest.raises(AssertionError, match=r"cluster is parted .* Fix: restart the members of the smaller part"):
        checks.test_broker_is_not_parted(NODE, status(cluster={**CLUSTER, "partitions": {"rabbit@a": ["rabbit@b"]}}))


def test_where_partitions_were_not_told_it_is_a_skip() -> None:
    there: Any = SimpleNamespace()
    with pytest.raises(pytest.skip.Exception, match="did not tell in time of partitions"):
        checks.test_broker_is_not_parted(NODE, status_in("n", there, {"status": json.dumps(STATUS)}))
