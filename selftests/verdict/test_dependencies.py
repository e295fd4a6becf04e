import pytest

from fixtures.verdict import dependencies, requirement_docs
from fixtures.verdict.dependencies import depth_of
from fixtures.verdict.verdict import CLEAN_UP


def test_table_speaks_of_rows_that_there_are() -> None:
    named = {
        *dependencies.ROWS,
        *(each for grounds in dependencies.ROWS.values() for each in grounds),
    }
    assert {name.partition(".")[0] for name in named} <= {*requirement_docs.titles(), CLEAN_UP}


def test_each_row_has_its_entry() -> None:
    assert requirement_docs.titles().keys() - dependencies.ROWS.keys() == set()


def test_nothing_stands_on_itself() -> None:
    direct = {key: {*grounds} for key, grounds in dependencies.ROWS.items()}
    circles = [key for key in direct if any(key in dependencies.ground_of(each) for each in direct[key])]
    assert not circles


@pytest.mark.parametrize(
    ("failed", "roots"),
    [
        (["NOVA-3"], ["NOVA-3"]),
        (["NOVA-1", "NOVA-6", "NOVA-14"], ["NOVA-6"]),
        (["NEU-12", "CIN-3"], ["NEU-12", "CIN-3"]),
        (["NEU-16", "NOVA-13.workload"], ["NEU-16"]),
        (["NEU-12", "NEU-16"], ["NEU-16"]),
        (["NEU-12", "NEU-16", "NEU-16.nodes", "NOVA-13.workload"], ["NEU-16.nodes"]),
        (["NEU-9", "NEU-15.api", "NEU-10", "NEU-16"], ["NEU-15.api"]),
        (["KEY-1", CLEAN_UP], ["KEY-1"]),
        (["SVC-3", "KEY-1", "SVC-1", "NOVA-1", "NEU-1", "CIN-2", "GLA-1", "NOVA-14", CLEAN_UP], ["SVC-3"]),
        (["SVC-4", "NOVA-1", "NEU-6", "CIN-2", "NOVA-14", "SVC-4.api"], ["SVC-4"]),
        (["NOVA-1", "SVC-4.api"], ["NOVA-1"]),
        (["SVC-4", "NEU-7", "KEY-1", "NEU-1", "NOVA-1", "SVC-4.api", CLEAN_UP], ["SVC-4"]),
        (["NEU-2", "NEU-6", "NEU-6.reboot", "NEU-1"], ["NEU-2", "NEU-6.reboot"]),
        (["NEU-6.reboot", "NEU-6", "NEU-1"], ["NEU-6"]),
        (["NEU-6.reboot", "NEU-1"], ["NEU-6.reboot", "NEU-1"]),
        (["KEY-1", "NOVA-5", "SVC-1", "SVC-3", "SVC-5", "GLA-1", "NOVA-14", CLEAN_UP], ["SVC-5"]),
    ],
)
def test_roots_stand_on_nothing_that_failed(failed: list[str], roots: list[str]) -> None:
    assert dependencies.roots(failed) == roots


def test_cause_is_named_for_what_follows_from_it() -> None:
    failed = ["NOVA-6", "CIN-1", "NOVA-14"]
    assert dependencies.causes_of("NOVA-14", failed) == ["NOVA-6"]
    assert dependencies.causes_of("CIN-1", failed) == ["CIN-1"]


@pytest.mark.parametrize(
    ("deep", "others"),
    [
        ("nova-compute", ["nova-api-wsgi", "nova_conductor", "devstack@n-sch.service", "placement-api"]),
        ("neutron_l3_agent", ["neutron-server", "neutron-rpc-server", "nova-compute", "some-program"]),
        ("cinder-volume", ["cinder-scheduler", "nova-compute", "devstack@c-api.service"]),
        ("libvirtd", ["nova-compute", "glance-api"]),
        ("kernel", ["libvirtd", "mariadb", "ovs-vswitchd"]),
    ],
)
def test_a_service_is_deeper_than_those_that_ask_it(deep: str, others: list[str]) -> None:
    assert [other for other in others if depth_of(other) >= depth_of(deep)] == []
