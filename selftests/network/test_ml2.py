import pytest

from fixtures.network.ml2 import Ml2
from fixtures.nodes.config import EffectiveConfig


def ml2(text: str) -> Ml2:
    return Ml2(EffectiveConfig("neutron-server.service", {"/etc/neutron/plugins/ml2/ml2_conf.ini": text}))


@pytest.mark.parametrize(
    ("text", "is_lacking"),
    [
        ("[ml2]\ntenant_network_types = vxlan\n", True),
        ("[ml2]\nproject_network_types = vxlan\n", True),
        ("[ml2]\ntenant_network_types = vxlan\n[ml2_type_vxlan]\nvni_ranges =\n", True),
        ("[ml2]\ntenant_network_types = vxlan\n[ml2_type_vxlan]\nvni_ranges = 1:1000\n", False),
        ("[ml2]\ntenant_network_types = vlan,geneve\n[ml2_type_geneve]\nvni_ranges = 1:9\n", False),
        ("[ml2]\ntenant_network_types = vxlan,local\n", False),
        ("[ml2]\ntenant_network_types =\n", False),
        ("[ml2]\n", False),
        ("[DEFAULT]\nservice_plugins = router,network_segment_range\n[ml2]\ntenant_network_types = vxlan\n", False),
    ],
)
def test_projects_networks_need_a_range(text: str, is_lacking: bool) -> None:
    assert ml2(text).lacks_ranges is is_lacking


def test_a_reference_to_an_option_that_is_not_there_does_no_harm() -> None:
    told = ml2("[ml2]\nmechanism_drivers = $mine\ntype_drivers = vlan\ntenant_network_types = vlan\n")
    assert (told.mechanism_drivers, told.tenant_network_types) == ([], ["vlan"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[ml2_type_flat]\nflat_networks = physnet1, physnet2\n", {"physnet1", "physnet2"}),
        (
            "[ml2_type_flat]\nflat_networks = *\n[ml2_type_vlan]\nnetwork_vlan_ranges = a:100:200,a:300:400,b\n",
            {"a", "b"},
        ),
        ("[ml2_type_flat]\nflat_networks =\n", set()),
        ("[ml2]\n", set()),
    ],
)
def test_physical_networks_are_told_by_the_types_that_have_some(text: str, names: set[str]) -> None:
    assert ml2(text).physical_networks == names


@pytest.mark.parametrize(
    ("text", "takes_any"),
    [
        ("[ml2]\n", True),
        ("[ml2]\ntype_drivers = flat,vxlan\n[ml2_type_flat]\nflat_networks = *\n", True),
        ("[ml2]\ntype_drivers = vlan,vxlan\n", False),
        ("[ml2_type_flat]\nflat_networks = physnet1\n", False),
        ("[ml2_type_flat]\nflat_networks =\n", False),
    ],
)
def test_a_flat_network_may_have_any_name_unless_some_are_told(text: str, takes_any: bool) -> None:
    assert ml2(text).takes_any_name is takes_any


@pytest.mark.parametrize(("drivers", "unknown"), [("flat,vlan", ["vxlan"]), ("flat, vxlan", []), ("", [])])
def test_projects_networks_are_of_known_types(drivers: str, unknown: list[str]) -> None:
    told = f"type_drivers = {drivers}\n" if drivers else ""
    assert ml2(f"[ml2]\n{told}tenant_network_types = vxlan\n").types_without_driver == unknown
