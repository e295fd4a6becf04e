from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network.drivers import ovn
from fixtures.network.external_ids import ChassisSettings, ExternalIds, from_external_ids, parse_external_ids
from fixtures.nodes.once import Once
from selftests.network.chassis import LAB, agent, external_ids


def test_the_database_and_both_files_are_read() -> None:
    assert parse_external_ids(external_ids() + "\n5ad98a23-bd34-432c-8a7b-1cb2ff4b1b26\n") == ExternalIds(
        LAB, "", LAB["system-id"]
    )
    assert parse_external_ids(external_ids() + "hv1\n\n") == ExternalIds(LAB, "hv1", "")


def test_without_open_vswitch_there_is_nothing() -> None:
    assert parse_external_ids("") is None


def test_a_database_that_nobody_has_written_to_says_nothing() -> None:
    told = parse_external_ids('{"data":[[["map",[]]]],"headings":["external_ids"]}\n\n\n')
    assert told == ExternalIds({})
    assert told.chassis == ""


def test_a_key_for_this_chassis_alone_wins() -> None:
    """Source: ovn-controller(8), of 23.03: `external_ids:ovn-encap-ip-otherhv`."""
    ids = ExternalIds({"system-id": "hv1", "ovn-encap-ip": "192.0.2.1", "ovn-encap-ip-hv1": "192.0.2.9"})
    assert (ids.key("ovn-encap-ip"), ids.get("ovn-encap-ip")) == ("ovn-encap-ip-hv1", "192.0.2.9")
    named = ExternalIds(ids.values, override="hv2")
    assert (named.chassis, named.get("ovn-encap-ip")) == ("hv2", "192.0.2.1")


def test_what_is_told_and_how_it_is_mended_are_ovs_vsctls_words() -> None:
    each = agent()
    assert each.value("local IP") == "10.0.0.101"
    assert each.spelled("local IP") == "external_ids:ovn-encap-ip=10.0.0.101"
    assert each.spelled("bridges") == "external_ids:ovn-bridge-mappings=(not set)"
    assert each.fix("bridges", "provider:br-ex") == (
        "on compute1 ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings=provider:br-ex"
    )
    assert each.fix("local IP", "its own address").endswith(" . 'external_ids:ovn-encap-ip=its own address'")


def test_in_a_container_the_command_enters_it() -> None:
    each = ChassisSettings("kvm1", ExternalIds({}), "docker exec openvswitch_vswitchd ")
    assert each.fix(ovn.DRIVER.settings["tunnels"], "geneve").startswith(
        "on kvm1 docker exec openvswitch_vswitchd ovs-vsctl set "
    )


@pytest.mark.parametrize(("types", "port"), [("geneve", 6081), ("vxlan", 4789), ("vxlan,geneve", 6081)])
def test_tunnels_are_of_the_type_that_ovn_prefers(types: str, port: int) -> None:
    each = agent(ovn_encap_type=types)
    assert each.is_on("tunnels")
    assert each.tunnel_types == set(types.split(","))
    assert each.tunnel_port == port


def test_without_a_type_there_are_none() -> None:
    each = agent(ovn_encap_type="")
    assert (each.is_on("tunnels"), each.tunnel_types) == (False, set())
    assert each.fix_on("tunnels").endswith("external_ids:ovn-encap-type=geneve")


def test_a_chassis_may_have_several_addresses() -> None:
    assert agent(ovn_encap_ip="10.0.0.101,10.0.1.101").local_ips == ["10.0.0.101", "10.0.1.101"]
    assert agent(ovn_encap_ip="").local_ips == [""]


def test_it_maps_bridges_and_no_interfaces() -> None:
    each = agent(ovn_bridge_mappings="provider:br-ex,other:br-x")
    assert (each.mapping, each.device, each.physical_networks) == ("bridges", "BRIDGE", {"provider", "other"})
    assert (each.mapped("interfaces"), agent().mapped("bridges")) == ({}, {})


@pytest.mark.parametrize("setting", ["L2 population", "firewall driver", "security groups"])
def test_what_ovn_has_not_is_skipped_with_its_reason(setting: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"^compute1: .*OVN"):
        agent().value(setting)


def node_that_says(answer: Any) -> Any:
    class Facts:
        def __getitem__(self, wanted: Any) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

    service = SimpleNamespace(place="", container=None)
    return SimpleNamespace(name="compute1", facts=Facts(), service=lambda name: service)


def test_a_silent_database_is_for_neu_6_to_tell() -> None:
    error = AssertionError("compute1: 'external-ids' ended with exit code 1: ovs-vsctl: database connection failed")
    with pytest.raises(pytest.skip.Exception, match=r"\(NEU-6\): compute1: .*database connection failed"):
        from_external_ids(node_that_says(error), "ovn-controller")
    with pytest.raises(pytest.skip.Exception, match="compute1: no ovs-vsctl is there"):
        from_external_ids(node_that_says(None), "ovn-controller")


def test_in_a_container_it_is_asked_there() -> None:
    asked: list[Any] = []
    container = SimpleNamespace(engine="podman", name="openvswitch_vswitchd")

    def check_output(*words: str) -> str:
        asked.append(words)
        return external_ids() + "\n4d3e8f0c-system-id-of-the-image\n"

    host = SimpleNamespace(check_output=check_output)
    deployed_by = "kolla-ansible reconfigure"
    service = SimpleNamespace(
        place="podman:openvswitch_vswitchd", container=container, host=host, deployed_by=deployed_by
    )
    node: Any = SimpleNamespace(name="kvm1", readings=Once(), service=lambda name: service)
    settings = from_external_ids(node, "ovn-controller")
    assert settings.get(ovn.DRIVER.settings["databases"]) == "tcp:10.0.0.11:6642"
    assert settings.fix(ovn.DRIVER.settings["tunnels"], "geneve").startswith("on kvm1 podman exec openvswitch_vswitchd")
    assert settings.fix(ovn.DRIVER.settings["tunnels"], "geneve").endswith("own files, then kolla-ansible reconfigure)")
    assert isinstance(settings, ChassisSettings)
    assert settings.ids.saved_id == "", "no start of a container's reads that file"
    assert asked[0][0] == "sh -c %s"
