import pytest
from keystoneauth1.exceptions import ConnectFailure
from openstack.exceptions import HttpException

from fixtures.report.failed_requests import request_ids
from fixtures.report.service_errors import LONGEST, MOST, newest
from fixtures.verdict.dependencies import services_of

COLLECTED = """== controller
/var/log/nova/nova-scheduler.log:
2026-11-22 20:31:17.123 812 ERROR nova.scheduler.manager [None req-1a-2 u p - - default default] No valid host: first
2026-11-22 20:31:18.123 812 ERROR nova.scheduler.manager [None req-3b-4 u p - - default default] No valid host: first
/var/log/neutron/neutron-server.log:
2026-11-22 20:31:19.000 9 ERROR neutron.plugins [-] Agent is dead
2026-11-22T20:31:30+0000 controller kernel[1]: out of memory
2026-11-22T20:31:21+0000 controller nova-api[77]: cannot bind

== compute1
/var/log/nova/nova-compute.log:
2026-11-22 20:31:20.500 5 ERROR nova.compute.manager [None req-5 u p - - -] [instance: a-b] Instance failed to spawn
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b] Traceback (most recent call last):
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b]   File "/usr/lib/x.py", line 1, in spawn
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b] nova.exception.Full: no disk left
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b]\x20
"""


def test_newest_come_first_each_once_and_without_tracebacks() -> None:
    assert newest(COLLECTED, ["nova"]) == [
        "controller, nova-api, 20:31:21: cannot bind",
        "compute1, nova-compute, 20:31:20: nova.exception.Full: no disk left",
        "compute1, nova-compute, 20:31:20: Instance failed to spawn",
        "controller, nova-scheduler, 20:31:18: No valid host: first",
    ]


def test_only_the_services_involved_are_heard() -> None:
    assert newest(COLLECTED, ["neutron"]) == ["controller, neutron-server, 20:31:19: Agent is dead"]
    assert newest(COLLECTED, []) == []
    assert newest("== compute1\nnone", ["nova"]) == []


def test_long_and_many_lines_are_cut() -> None:
    words = ["one", "two", "three", "four", "five", "six"]
    lines = [f"2026-11-22 20:31:1{n}.0 1 ERROR nova.x [-] {word * 100}" for n, word in enumerate(words)]
    told = newest("\n".join(["== compute1", "/var/log/nova/nova-compute.log:", *lines]), ["nova"])
    assert len(told) == MOST
    assert all(len(line) <= LONGEST + 1 for line in told)
    assert "sixsix" in told[0]


def request(number: int) -> str:
    return f"req-0000000{number}-1111-4222-8333-444444444444"


# oslo_log._options: global_request_id request_id user_identity; the lines of a traceback have no context
FOLLOWED = f"""== controller
/var/log/nova/nova-api.log:
2026-11-22 20:31:30.000 3 ERROR nova.api [None {request(2)} u p - - - -] of another request
/var/log/neutron/neutron-server.log:
2026-11-22 20:31:18.000 9 ERROR neutron.plugins.ml2 [{request(1)} {request(3)} u p - - - -] Failed to bind port
2026-11-22T20:31:31+0000 controller devstack@n-sch.service[7]: ERROR nova.x [None {request(1)} a b] No more retries
docker logs nova_scheduler:
2026-11-22 20:31:29.000 1 ERROR nova.scheduler [None {request(4)} u p - - - -] No valid host

== compute1
/var/log/nova/nova-compute.log:
2026-11-22 20:31:20.500 5 ERROR nova.compute.manager [None {request(1)} u p - - - -] [instance: a-b] Failed to spawn
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b] Traceback (most recent call last):
2026-11-22 20:31:20.501 5 ERROR nova.compute.manager [instance: a-b] nova.exception.PortBindingFailed: port p1
"""


def test_what_was_logged_for_the_failed_request_comes_first_whoever_logged_it() -> None:
    assert newest(FOLLOWED, ["nova"], [request(1)]) == [
        "controller, neutron-server, 20:31:18: Failed to bind port",
        "compute1, nova-compute, 20:31:20: Failed to spawn",
        "compute1, nova-compute, 20:31:20: nova.exception.PortBindingFailed: port p1",
        "controller, devstack@n-sch.service, 20:31:31: No more retries",
        "controller, nova-api, 20:31:30: of another request",
    ]


def test_a_containers_words_are_its_own() -> None:
    assert newest(FOLLOWED, ["nova"])[-1].startswith("compute1")
    assert "controller, nova_scheduler, 20:31:29: No valid host" in newest(FOLLOWED, ["nova"])


# As it stands with and without a time zone; ovn-ctl lets syslog have errors alone (-vsyslog:err)
SWITCHES = """== compute1
/var/log/openvswitch/ovs-vswitchd.log:
2026-11-26T13:00:09.999Z|00077|bridge|WARN|could not open network device tap1 (No such device)
2026-11-26T13:00:10.123Z|00078|vlog|WARN|Dropped 12 log messages in last 60 seconds (most recently, 1 seconds ago)
2026-11-26T13:00:01.123Z|00012|netdev_vport|WARN|geneve tunnel requires 'remote_ip'
/var/log/ovn/ovn-controller.log:
2026-11-26T14:00:03+0100|00013|patch|WARN|Bridge 'br-ex' not found for network 'provider'
2026-11-26T14:00:00+0100|00014|ofctrl|ERR|no room
/var/log/openvswitch/ovsdb-server.log:
2026-11-26T13:00:11.000Z|00015|jsonrpc|WARN|unix#17: receive error: Connection reset by peer
2026-11-26T14:00:00+0100 compute1 ovn-controller[7]: ovs|00014|ofctrl|ERR|no room

== controller
/var/log/neutron/neutron-rpc-server.log:
2026-11-26 12:59:00.000 9 ERROR neutron.plugins [-] Failed to bind port
"""


def test_of_switches_errors_come_first_and_last_what_they_always_say() -> None:
    assert newest(SWITCHES, ["neutron", "ovn", "ovs", "openvswitch"]) == [
        "compute1, ovn-controller, 14:00:00: no room",
        "controller, neutron-rpc-server, 12:59:00: Failed to bind port",
        "compute1, ovn-controller, 14:00:03: WARN: Bridge 'br-ex' not found for network 'provider'",
        "compute1, ovs-vswitchd, 13:00:01: WARN: geneve tunnel requires 'remote_ip'",
        "compute1, ovsdb-server, 13:00:11: WARN: unix#17: receive error: Connection reset by peer",
    ]


def test_the_request_that_failed_is_before_what_switches_say() -> None:
    told = newest(FOLLOWED + SWITCHES, ["ovn"], [request(1)])
    assert told[0] == "controller, neutron-server, 20:31:18: Failed to bind port"
    assert told[4] == "compute1, ovn-controller, 14:00:00: no room"


@pytest.mark.parametrize("row", ["NEU-12", "NEU-16", "NOVA-14", "OVN-1"])
def test_switches_have_a_part_in_what_guests_are_wired_for(row: str) -> None:
    assert {"neutron", "ovn", "ovs", "openvswitch"} <= set(services_of(row))


def test_an_error_that_two_services_logged_is_told_once() -> None:
    told = "2026-11-22 20:31:18.{n} 9 ERROR x.y [-] Timed out waiting for a reply to message ID 1{n}"
    files = [f"/var/log/nova/{name}.log:\n{told.format(n=n)}" for n, name in enumerate(["nova-api", "nova-compute"])]
    assert len(newest("\n".join(["== controller", *files]), ["nova"])) == 1


def test_a_request_is_known_by_the_answers_header_or_by_words() -> None:
    failed = HttpException("503")
    failed.request_id = request(1)
    assert request_ids(failed) == {request(1)}
    behind = AssertionError(f"server s1: it is in ERROR: No valid host ({request(2)})")
    behind.__cause__ = failed
    assert request_ids(behind) == {request(1), request(2)}
    assert request_ids(ConnectFailure("no route, req-1")) == set()
