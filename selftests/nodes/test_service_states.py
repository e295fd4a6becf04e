import pytest

from fixtures.nodes.roles import ServiceState
from fixtures.nodes.service_states import TELLING, service_states_on
from fixtures.nodes.unit_names import UNIT_NAMES
from selftests.nodes.known_nodes import known_node


def test_each_service_that_tells_is_asked_for() -> None:
    assert set(TELLING) <= UNIT_NAMES["debian"].keys()


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("running", ServiceState("kolla-nova_compute-container.service", "runs", is_used=True)),
        ("stopped", ServiceState("kolla-nova_compute-container.service", "starts at boot", is_used=True)),
        ("dormant", ServiceState("kolla-nova_compute-container.service", "is installed", is_used=False)),
        ("masked", ServiceState("kolla-nova_compute-container.service", "is masked", is_used=False)),
    ],
)
def test_a_unit_is_seen_in_whatever_state(state: str, seen: ServiceState) -> None:
    there = known_node("kvm3", "kolla", **{state: ["nova-compute"]})  # type: ignore[arg-type]
    assert service_states_on(there) == {"nova-compute": seen}


def test_what_tells_nothing_is_left_out() -> None:
    assert service_states_on(known_node("any", running=["libvirt", "time", "neutron-metadata-agent"])) == {}


def test_of_several_units_the_one_that_is_used_is_seen() -> None:
    there = known_node("infra1", dormant=["neutron-server"])
    started = there.facts.parsed["started"]
    started["neutron-server.service"] |= {"LoadState": "loaded", "ActiveState": "active"}
    assert str(service_states_on(there)["neutron-server"]) == "neutron-server.service runs"
