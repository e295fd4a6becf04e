from fixtures.service_configs import arguments_of, is_used, parse_states

SHOWN = """\
MainPID=0
ExecStart={ path=/usr/bin/nova-conductor ; argv[]=/usr/bin/nova-conductor --config-file /a ; ignore_errors=no ; }
Id=nova-conductor.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled

MainPID=12
Arguments=/usr/bin/python3 /usr/bin/nova-compute --config-file=/b\x20
ExecStart={ path=/etc/init.d/nova-compute ; argv[]=/etc/init.d/nova-compute systemd-start ; ignore_errors=no ; }
Id=nova-compute.service
LoadState=loaded
ActiveState=active
UnitFileState=disabled

MainPID=0
Id=cinder-volume.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
"""
STATES = parse_states(SHOWN, ["nova-conductor.service", "nova-compute.service", "cinder-volume.service"])


def test_a_running_service_tells_its_own_arguments() -> None:
    assert arguments_of(STATES["nova-compute.service"])[2:] == ["--config-file=/b"]


def test_of_a_stopped_one_the_unit_tells() -> None:
    assert arguments_of(STATES["nova-conductor.service"])[1:] == ["--config-file", "/a"]


def test_used_is_what_runs_or_will_run() -> None:
    assert [name for name in STATES if is_used(STATES[name])] == ["nova-conductor.service", "nova-compute.service"]
