from fixtures.report.service_errors import LONGEST, MOST, newest

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
