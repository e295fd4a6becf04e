"""The lines are real ones; where each was told is named with it."""

from collections.abc import Iterable

import pytest

from fixtures.nodes.reasons import Line, reason_in


def said(*texts: str, at: float = 1000, systemd: bool = False) -> list[Line]:
    return [Line(at, systemd, text) for text in texts]


def by_systemd(*texts: str, at: float = 1000) -> list[Line]:
    return said(*texts, at=at, systemd=True)


STARTED = by_systemd("Started OpenStack Nova Compute.")
# As systemd 252 says it: https://github.com/systemd/systemd/issues/31219
EXITED = by_systemd(
    "nova-compute.service: Main process exited, code=exited, status=1/FAILURE",
    "nova-compute.service: Failed with result 'exit-code'.",
    "nova-compute.service: Consumed 3.012s CPU time.",
    "nova-compute.service: Scheduled restart job, restart counter is at 7.",
    "Stopped OpenStack Nova Compute.",
)
# oslo_config.cfg, ConfigFilesPermissionDeniedError; written by Python itself, as no logging has begun
UNREADABLE = said(
    "Traceback (most recent call last):",
    '  File "/usr/bin/nova-compute", line 10, in <module>',
    "    sys.exit(main())",
    '  File "/usr/lib/python3/dist-packages/oslo_config/cfg.py", line 2164, in __call__',
    "    raise ConfigFilesPermissionDeniedError(",
    "oslo_config.cfg.ConfigFilesPermissionDeniedError: Failed to open some config files: /etc/nova/nova.conf",
)
# https://github.com/rackerlabs/understack/pull/1069
WRONG_OPTION = said(
    "2025-07-09 20:26:53.557 7 CRITICAL nova [-] Unhandled error: oslo_config.cfg.ConfigFileValueError: Value for "
    "option ram from LocationInfo(location=<Locations.user: (4, True)>, detail='/etc/nova/nova.conf') is not valid: "
    "invalid literal for int() with base 10: '1.024e+06'",
    "2025-07-09 20:26:53.557 7 ERROR nova Traceback (most recent call last):",
    '2025-07-09 20:26:53.557 7 ERROR nova   File "/var/lib/openstack/lib/python3.10/oslo_config/types.py"',
    "2025-07-09 20:26:53.557 7 ERROR nova     value = self.num_type(value)",
    "2025-07-09 20:26:53.557 7 ERROR nova ValueError: invalid literal for int() with base 10: '1.024e+06'",
    "2025-07-09 20:26:53.557 7 ERROR nova ",
    "2025-07-09 20:26:53.557 7 ERROR nova During handling of the above exception, another exception occurred:",
    "2025-07-09 20:26:53.557 7 ERROR nova ",
    "2025-07-09 20:26:53.557 7 ERROR nova Traceback (most recent call last):",
    '2025-07-09 20:26:53.557 7 ERROR nova   File "/var/lib/openstack/bin/nova-compute", line 8, in <module>',
    "2025-07-09 20:26:53.557 7 ERROR nova oslo_config.cfg.ConfigFileValueError: Value for option ram from LocationInfo("
    "location=<Locations.user: (4, True)>, detail='/etc/nova/nova.conf') is not valid: invalid literal for int() with "
    "base 10: '1.024e+06'",
    "2025-07-09 20:26:53.557 7 ERROR nova \x20",
)
# https://github.com/openstack-k8s-operators/nova-operator/issues/532
NO_TRACEBACK = said(
    "2023-09-18 08:00:04.449 2 CRITICAL neutron [-] Unhandled error: oslo_config.cfg.ConfigFileValueError: Value for "
    "option nova_metadata_host from LocationInfo(location=<Locations.user: (4, True)>, "
    "detail='/etc/neutron.conf.d/05-nova-metadata.conf') is not valid: "
    "http://nova-metadata-internal.openstack.svc:8775 is not a valid host address"
)
# https://github.com/systemd/systemd/issues/14384
NO_PROGRAM = by_systemd(
    "e2scrub_reap.service: Failed to execute command: No such file or directory",
    "e2scrub_reap.service: Failed at step EXEC spawning /sbin/e2scrub_all: No such file or directory",
    "e2scrub_reap.service: Main process exited, code=exited, status=203/EXEC",
    "e2scrub_reap.service: Failed with result 'exit-code'.",
)
# https://github.com/netdata/netdata/issues/1290
STATUS_ALONE = by_systemd(
    "netdata.service: Main process exited, code=exited, status=203/EXEC",
    "netdata.service: Unit entered failed state.",
    "netdata.service: Failed with result 'exit-code'.",
)
# systemd's unit.c, unit_log_cgroup_killed (v252: unit_check_oom)
KILLED = by_systemd(
    "nova-compute.service: A process of this unit has been killed by the OOM killer.",
    "nova-compute.service: Main process exited, code=killed, status=9/KILL",
)
TOO_SLOW = by_systemd(
    "openstack-nova-compute.service: start operation timed out. Terminating.",
    "openstack-nova-compute.service: Failed with result 'timeout'.",
    "Failed to start OpenStack Nova Compute Server.",
)
CASES: dict[str, tuple[Iterable[Line], str]] = {
    "a file that it may not read": ([*STARTED, *UNREADABLE, *EXITED], UNREADABLE[-1].text),
    "an option with a wrong value": (
        [*STARTED, *WRONG_OPTION, *EXITED],
        WRONG_OPTION[-2].text.removeprefix("2025-07-09 20:26:53.557 7 ERROR nova "),
    ),
    "a critical line": ([*STARTED, *NO_TRACEBACK, *EXITED], NO_TRACEBACK[0].text.partition("[-] ")[2]),
    "no program": ([*STARTED, *NO_PROGRAM], NO_PROGRAM[1].text),
    "a status alone": ([*STARTED, *STATUS_ALONE], STATUS_ALONE[0].text),
    "killed for its memory": ([*STARTED, *WRONG_OPTION, *KILLED], KILLED[0].text),
    "nothing better than its end": ([*STARTED, *EXITED], EXITED[0].text),
    "too slow": ([*STARTED, *TOO_SLOW], TOO_SLOW[0].text),
    # https://github.com/crowbar/crowbar-openstack/pull/680
    "an old release's": (
        [
            *STARTED,
            *said(
                "2016-12-19 16:53:14.708 1839 ERROR nova MissingRequiredOptions: Auth plugin requires parameters "
                "which were not given: auth_url"
            ),
            *EXITED,
        ],
        "MissingRequiredOptions: Auth plugin requires parameters which were not given: auth_url",
    ),
    # kolla, docker/base/set_configs.py
    "kolla's": (
        said(
            "INFO:__main__:Validating config file", "ERROR:__main__:MissingRequiredSource: /etc/nova/x.conf is missing"
        ),
        "MissingRequiredSource: /etc/nova/x.conf is missing",
    ),
    # DevStack's, without its colours
    "DevStack's": (
        said("ERROR nova.compute.manager [None req-1a2b admin admin] Connection refused", "WARNING nova.x [-] leaving"),
        "Connection refused",
    ),
    # argparse
    "a wrong argument": (
        said("usage: nova-compute [-h]", "nova-compute: error: unrecognized arguments: --verbos"),
        "nova-compute: error: unrecognized arguments: --verbos",
    ),
    # libvirt, virlog.c
    "libvirt's": (
        said(
            "2024-05-01 10:00:00.000+0000: 77: error : virNetTLSContextCheckCertFile:112 : Cannot read CA certificate",
            "libvirt version: 9.0.0",
        ),
        "2024-05-01 10:00:00.000+0000: 77: error : virNetTLSContextCheckCertFile:112 : Cannot read CA certificate",
    ),
    "words alone": ([*STARTED, *said("bye"), *EXITED], "bye"),
    "nothing": ([], ""),
    "it has just begun": (STARTED, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_the_line_that_tells_why(case: str) -> None:
    lines, expected = CASES[case]
    assert reason_in([*lines], is_up=False) == expected


def test_what_somebody_has_stopped_gives_no_reason() -> None:
    stopped = by_systemd("Stopping OpenStack Nova Compute...", "nova-compute.service: Deactivated successfully.")
    shut_down = said("2024-05-01 10:00:00.1 7 ERROR oslo_messaging [-] lost the connection")
    assert reason_in([*STARTED, *UNREADABLE, *stopped, *shut_down], is_up=False) == ""
    assert reason_in([*STARTED, *WRONG_OPTION, *stopped, *STARTED, *UNREADABLE, *EXITED], is_up=False) == (
        UNREADABLE[-1].text
    )


def test_a_run_that_is_silent_yet_does_not_hide_the_one_before() -> None:
    assert reason_in([*STARTED, *UNREADABLE, *EXITED, *STARTED], is_up=False) == UNREADABLE[-1].text
    assert reason_in([*STARTED, *UNREADABLE, *EXITED, *STARTED, *said("hello")], is_up=False) == UNREADABLE[-1].text


def test_the_newest_run_that_tells_anything_counts() -> None:
    other = said("nova.exception.Other: newer")
    assert reason_in([*STARTED, *UNREADABLE, *EXITED, *STARTED, *other, *EXITED], is_up=False) == other[0].text


def test_what_a_running_one_says_is_no_reason() -> None:
    others = said("2024-05-01 10:00:00.1 7 ERROR nova [-] a server could not be built")
    assert reason_in([*STARTED, *others], is_up=True) == ""
    assert reason_in([*STARTED, *UNREADABLE, *EXITED, *STARTED, *others], is_up=True) == UNREADABLE[-1].text


def test_what_it_survived_for_a_minute_is_no_reason() -> None:
    early = said("nova.exception.Other: of yesterday", at=900)
    assert reason_in([*STARTED, *early, *EXITED], is_up=False) == EXITED[0].text
    assert reason_in([*STARTED, *said("nova.exception.Other: now", at=950), *EXITED], is_up=False).endswith("now")
