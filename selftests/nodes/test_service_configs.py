from fixtures.nodes.service_configs import is_used
from fixtures.nodes.systemd_units import parse_properties

SHOWN = """\
Id=nova-conductor.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled

Id=nova-compute.service
LoadState=loaded
ActiveState=active
UnitFileState=disabled

Id=nova-scheduler.service
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled

Id=cinder-volume.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
"""


def test_used_is_what_runs_or_will_run() -> None:
    used = [unit["Id"] for unit in parse_properties(SHOWN) if is_used(unit)]
    assert used == ["nova-conductor.service", "nova-compute.service"]
