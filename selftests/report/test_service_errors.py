import pytest
from keystoneauth1.exceptions import ConnectFailure
from openstack.exceptions import HttpException

from fixtures.report.failed_requests import ids_in
from fixtures.report.log_events import LONGEST
from fixtures.report.service_errors import MOST, first_error, newest
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
    assert all(len(line) <= LONGEST + 3 for line in told)
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


def test_resources_are_known_by_their_ids_too() -> None:
    server = "89c50c54-11e5-4c2b-bb67-9b1581edc270"
    assert ids_in(AssertionError(f"server {server}: it is in ERROR ({request(1)})")) == {server, request(1)}


def test_a_request_is_known_by_the_answers_header_or_by_words() -> None:
    failed = HttpException("503")
    failed.request_id = request(1)
    assert ids_in(failed) == {request(1)}
    behind = AssertionError(f"server s1: it is in ERROR: No valid host ({request(2)})")
    behind.__cause__ = failed
    assert ids_in(behind) == {request(1), request(2)}
    assert ids_in(ConnectFailure("no route, req-1")) == set()


# The lab with the Layer 2 agent of compute1 stopped: Nova asks Neutron as its own user, with another request
SERVER, PORT, OTHER_PORT = (f"{each}-11e5-4c2b-bb67-9b1581edc270" for each in ("89c50c54", "520e00cc", "15f8358e"))
BINDING = f"Binding failed for port {PORT}, please check neutron logs for more information."
OF_SERVER = f"ERROR nova.x [None {request(1)} u p - - default default] [instance: {SERVER}]"
OF_ML2 = "ERROR neutron.plugins.ml2.managers [None {} n s - - - -] Failed to bind port {} on host compute1"
INNER = f"ERROR nova.compute.manager [instance: {SERVER}]"
QUOTED = rf"['Traceback (most recent call last):\n', 'nova.exception.RescheduledException: Build failed: {BINDING}\n']"
RESCHEDULED = f"""== controller
/var/log/nova/nova-conductor.log:
2026-11-25 22:16:53.066 297 {OF_SERVER} Error from last host: compute1 (node compute1): {QUOTED}
/var/log/neutron/neutron-api.log:
2026-11-25 22:16:11.000 367 {OF_ML2.format(request(3), OTHER_PORT)}
2026-11-25 22:16:12.011 367 {OF_ML2.format(request(2), PORT)}

== compute1
/var/log/nova/nova-compute.log:
2026-11-25 22:16:52.001 5 {OF_SERVER} Instance failed to spawn: nova.exception.PortBindingFailed: {BINDING}
2026-11-25 22:16:52.001 5 {INNER} Traceback (most recent call last):
2026-11-25 22:16:52.001 5 {INNER} nova.exception.PortBindingFailed: {BINDING}
"""


def test_a_server_is_followed_to_the_deepest_service_whoever_asked_it() -> None:
    ids = ids_in(AssertionError(f"server {SERVER} to be ACTIVE: it is in ERROR: No valid host was found"))
    first = f"controller, neutron-api, 22:16:12: Failed to bind port {PORT} on host compute1"
    assert first_error(RESCHEDULED, ["nova"], ids) == first
    spawn, *others = newest(RESCHEDULED, ["nova"], ids)[1:]
    assert newest(RESCHEDULED, ["nova"], ids)[0] == first
    assert spawn.startswith("compute1, nova-compute, 22:16:52: Instance failed to spawn: nova.exception.PortBindingF")
    assert others == []  # what the conductor quotes has been told


def test_of_two_that_tell_one_error_the_deeper_service_is_heard() -> None:
    assert [line.partition(", ")[0] for line in newest(RESCHEDULED, ["nova"])] == ["compute1"]


OF_RPC = f"ERROR nova.x [None {request(1)} u p - - - -]"
TIMEOUT = "MessagingTimeout: Timed out waiting for a reply to message ID"
TIMED_OUT = f"""== controller
/var/log/nova/nova-api.log:
2026-11-25 22:17:00.000 3 {OF_RPC} Unexpected exception in API method: oslo_messaging.exceptions.{TIMEOUT} 1f
/var/log/nova/nova-conductor.log:
2026-11-25 22:16:59.000 4 {OF_RPC} {TIMEOUT} 2e
"""


def test_that_nobody_answered_is_told_once_and_only_where_there_is_nothing_else() -> None:
    [line] = newest(TIMED_OUT, [], [request(1)])
    assert line.startswith("controller, nova-conductor, 22:16:59")
    assert first_error(TIMED_OUT, [], [request(1)]) == line
    both = TIMED_OUT + FOLLOWED.partition("\n\n")[2]
    assert first_error(both, [], [request(1)]).startswith("compute1, nova-compute, 20:31:20: Failed to spawn: nova.exc")
    assert not any("Timed out" in line for line in newest(both, [], [request(1)]))


VOLUME = "7a1d2c3b-0000-4000-8000-00000000000a"
OF_CINDER = "ERROR cinder.volume.manager"
COMMAND_FAILED = "oslo_concurrency.processutils.ProcessExecutionError: Unexpected error while running command."
EXTENDED = f"""== block1
/var/log/cinder/cinder-volume.log:
2026-11-25 22:10:00.000 8 {OF_CINDER} [-] of an earlier moment
2026-11-25 22:20:00.000 8 {OF_CINDER} [{request(1)} u p - - -] Extend volume failed.
2026-11-25 22:20:00.000 8 {OF_CINDER} Traceback (most recent call last):
2026-11-25 22:20:00.000 8 {OF_CINDER} {COMMAND_FAILED}
2026-11-25 22:20:00.000 8 {OF_CINDER} Command: sudo cinder-rootwrap lvextend -L 2g cinder-volumes/volume-{VOLUME}
2026-11-25 22:20:00.000 8 {OF_CINDER} Exit code: 5
2026-11-25 22:20:00.000 8 {OF_CINDER} Stdout: ''
2026-11-25 22:20:00.000 8 {OF_CINDER} Stderr: 'no free extents'
"""


def test_the_first_error_comes_with_its_exception_and_with_what_the_command_said() -> None:
    assert first_error(EXTENDED, ["cinder"], ids_in(AssertionError(f"volume {VOLUME} to be available"))) == (
        f"block1, cinder-volume, 22:20:00: Extend volume failed.: {COMMAND_FAILED}: Stderr: 'no free extents'"
    )


def test_where_no_request_is_found_the_first_error_is_the_oldest_of_the_services() -> None:
    assert first_error(EXTENDED, ["cinder"]) == "block1, cinder-volume, 22:10:00: of an earlier moment"
    assert first_error(EXTENDED, ["nova"]) == ""
    assert first_error("== block1\nnone", ["cinder"], [request(1)]) == ""


FORBIDDEN = "You are not authorized to perform the requested action: identity:list_users."
GONE = "[4d] AMQP server on controller:5672 is unreachable: gone. Trying again in 1 seconds."
USUAL = f"""== controller
/var/log/keystone/keystone.log:
2026-11-25 22:17:09.000 3 ERROR keystone.server.flask.application [None {request(1)} u p - - - -] {FORBIDDEN}
/var/log/nova/nova-api.log:
2026-11-25 22:17:09.000 3 ERROR oslo.messaging._drivers.impl_rabbit [-] {GONE}
== compute1
/var/log/openvswitch/ovs-vswitchd.log:
2026-11-26T13:00:09.999Z|00077|bridge|WARN|bridge br-ex does not exist
"""


def test_what_is_logged_on_a_healthy_cloud_too_is_no_first_error() -> None:
    assert first_error(USUAL, ["keystone", "nova", "openvswitch"]) == ""


@pytest.mark.parametrize("own", [request(1), "a made up line"])
def test_a_line_of_the_journal_is_not_of_the_request_before_it(own: str) -> None:
    told = f"{FOLLOWED}2026-11-22T20:32:00+0000 compute1 kernel[1]: out of memory\n"
    assert not any("out of memory" in line for line in newest(told, [], [own]))


@pytest.mark.parametrize("limited", ["", "Memory cgroup out of memory: "])
def test_what_was_killed_for_want_of_memory_comes_before_all_else(limited: str) -> None:
    said = f"{limited or 'Out of memory: '}Killed process 758 (neutron-openvsw) total-vm:249196kB, anon-rss:132168kB"
    collected = f"{COLLECTED}\n== network1\n2026-11-22T20:30:01+0000 network1 kernel: {said}\n"
    assert newest(collected, ["nova"])[:2] == [
        f"network1, kernel, 20:30:01: {said}",
        "controller, nova-api, 20:31:21: cannot bind",
    ]
    assert first_error(collected, ["nova"]) == f"network1, kernel, 20:30:01: {said}"


def test_only_the_kernel_says_so() -> None:
    collected = "== network1\n2026-11-22T20:30:01+0000 network1 nova-api: Out of memory: Killed process 1 (x)\n"
    assert newest(collected, ["neutron"]) == []


# nova/filters.py and nova/conductor/manager.py
COUNTS = "['AvailabilityZoneFilter: (start: 2, end: 2)', 'ComputeFilter: (start: 2, end: 0)']"
NO_HOST = "Filtering removed all hosts for the request with instance ID 'a-b'. Filter results:"
FILTERED = f"""== controller
/var/log/nova/nova-conductor.log:
2026-11-22 20:31:17.100 4 ERROR nova.conductor.manager [None {request(1)} u p - - - -] Failed to schedule instances
2026-11-22 20:31:17.100 4 ERROR nova.conductor.manager nova.exception_Remote.NoValidHost_Remote: No valid host was found
/var/log/nova/nova-scheduler.log:
2026-11-22 20:31:17.000 8 INFO nova.filters [None {request(1)} u p - - - -] {NO_HOST} {COUNTS}
"""


def test_the_filter_that_left_no_host_is_the_first_error_of_no_valid_host() -> None:
    told = first_error(FILTERED, services_of("NOVA-14"), [request(1)])
    assert told.startswith("controller, nova-scheduler, 20:31:17: Filtering removed all hosts for the request")
    assert told.endswith("'ComputeFilter: (start: 2, end: 0)']")
    assert newest(FILTERED, services_of("NOVA-14"), [request(1)])[0] == told
