import inspect

import pytest

from fixtures.nodes import packages
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.packages import INSTALLED, Package, Packages, parse, release_in, used_by_services
from selftests.nodes.known_nodes import known_node
from selftests.nodes.test_service import node as node_with

NODES = Nodes("", ())
KINDS = {"controller": "controller", "compute1": "compute", "compute2": "compute"}


def test_packages_of_debian_are_read() -> None:
    listed = "nova-compute nova 26.2.2\npython3-novaclient python-novaclient 18.1.0\n"
    assert list(parse(listed)) == [
        Package("nova-compute", "nova", "26.2.2"),
        Package("python3-novaclient", "python-novaclient", "18.1.0"),
    ]


def test_packages_of_rdo_are_read() -> None:
    listed = "openstack-nova-common openstack-nova-18.2.3-1.el7.src.rpm 18.2.3\ngpg-pubkey (none) f4a80eb5\n"
    assert list(parse(listed)) == [
        Package("openstack-nova-common", "nova", "18.2.3"),
        Package("gpg-pubkey", "(none)", "f4a80eb5"),
    ]


@pytest.mark.parametrize(
    ("project", "version", "release"),
    [
        ("nova", "18.2.3", "rocky"),
        ("neutron", "13.0.7", "rocky"),
        ("nova", "26.2.2", "zed"),
        ("neutron", "21.0.0", "zed"),
        ("cinder", "21.3.1", "zed"),
        ("glance", "25.1.0", "zed"),
        ("keystone", "22.0.2", "zed"),
        ("placement", "8.0.0", "zed"),
        ("nova", "27.0.0~rc1", "2023.1 antelope"),
        ("nova", "99.0.0", "that of Nova 99"),
        ("python-novaclient", "18.1.0", None),
    ],
)
def test_the_major_version_tells_the_release(project: str, version: str, release: str | None) -> None:
    assert Package("any", project, version).release == release


def test_one_of_several_packages_is_enough() -> None:
    installed = Packages(None, (Package("nova-consoleproxy", "nova", "26.2.2"),))  # type: ignore[arg-type]
    assert installed.missing([["nova-novncproxy", "nova-consoleproxy"], ["nova-api", "nova-api-os-compute"]]) == [
        "nova-api"
    ]


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("quay.io/openstack.kolla/nova-compute:2023.1-ubuntu-jammy", "2023.1 antelope"),
        ("kolla/centos-binary-nova-compute:train", "train"),
        ("quay.io/tripleozedcentos9/openstack-nova-compute:current-tripleo", "zed"),
        ("quay.io/podified-antelope-centos9/openstack-nova-compute:current-podified", "2023.1 antelope"),
        ("registry:4000/kolla/nova-compute:12.2023.1.5", None),
        ("registry/training/nova-compute:master-debian-bookworm", None),
    ],
)
def test_an_image_may_tell_its_release(image: str, release: str | None) -> None:
    assert release_in(image) == release
    assert Package("nova_compute", "image", image).release == release


def test_images_and_virtual_environments_are_compared_as_packages_are() -> None:
    image = {"Container": '{"image": "r/nova-compute:zed", "version": ""}', "ContainerName": "nova_compute"}
    labelled = {"Container": '{"image": "r/x:1", "version": "15.4.0"}', "ContainerName": "cinder_volume"}
    venv = {"VirtualEnv": "/openstack/venvs/nova-26.1.0/bin", "Distributions": " nova-26.1.0 openstack_placement-8.0.0"}
    units = {"a_service": image, "b_service": labelled, "c_service": venv, "d_service": {}}
    node = node_with(**{name: {**there, "LoadState": "loaded"} for name, there in units.items()})
    packages = Packages(node, tuple(used_by_services(node)))
    assert packages.releases() == {
        ("nova_compute", "r/nova-compute:zed", "zed"),
        ("cinder_volume", "15.4.0", "zed"),
        ("nova", "26.1.0", "zed"),
        ("placement", "8.0.0", "zed"),
    }
    assert packages.places == ["/openstack/venvs/nova-26.1.0/bin", ":cinder_volume", ":nova_compute"]
    assert packages.upgrade.format("zed").startswith("deploy its containers from images of zed alone")


def test_the_message_is_of_what_is_there() -> None:
    from_packages = Packages(node_with(a_service={}), (Package("nova-api", "nova", "26.2.2"),))
    assert from_packages.upgrade.format("zed") == "enable the package repository of zed alone, and upgrade"
    in_venv = Packages(
        node_with(a_service={"LoadState": "loaded", "VirtualEnv": "/v/bin"}), (Package("nova", "nova", "26.2.2"),)
    )
    assert in_venv.upgrade.format("zed") == "install zed alone into /v/bin"


def test_a_controller_without_nova_needs_none_of_its_packages() -> None:
    with_nova = known_node("infra1", running=["nova-conductor", "rabbitmq"]).in_roles(["controller"])
    broker = known_node("rabbit1", running=["rabbitmq"]).in_roles(["controller"])
    centre = known_node("ovn1", running=["ovn-northd"]).in_roles(["controller"])
    bare = known_node("controller").in_roles(["controller", "block"])
    assert [packages._packaged(node) for node in (with_nova, broker, centre, bare)] == [
        ["controller"],
        [],
        [],
        ["block", "controller"],
    ]


def test_what_another_controller_has_is_not_missing_here() -> None:
    cell = known_node("cell1", running=["nova-conductor"]).in_roles(["controller"])
    api = known_node("api1", running=["nova-scheduler"]).in_roles(["controller"])
    names = ["nova-api", "nova-scheduler", "nova-novncproxy", "placement-api"]
    there = Packages(api, tuple(Package(name, "nova", "26.2.2") for name in names))
    here = Packages(cell, (Package("nova-conductor", "nova", "26.2.2"),))
    of = inspect.unwrap(packages.wanted_packages)
    both = {"cell1": here, "api1": there}
    assert here.missing(of(cell, NODES, here, both)) == ["python3-openstackclient"]
    assert there.missing(of(api, NODES, there, both)) == ["python3-openstackclient"]
    assert "nova-scheduler" in here.missing(of(cell, NODES, here, {"cell1": here}))


def test_what_a_given_node_without_a_role_has_is_not_missing_on_a_controller() -> None:
    """Charmed OpenStack has Placement in a container of its own."""
    placement = known_node("placement1")
    placement.facts.parsed[INSTALLED.name] = (Package("placement-api", "placement", "8.0.0"),)
    api = known_node("api1", running=["nova-scheduler"]).in_roles(["controller"])
    here, of = Packages(api, ()), inspect.unwrap(packages.wanted_packages)
    beside = Nodes("api1,placement1", (api,), left_out=(placement,))
    assert "placement-api" in here.missing(of(api, NODES, here, {"api1": here}))
    assert "placement-api" not in here.missing(of(api, beside, here, {"api1": here}))


def test_the_client_is_asked_for_where_nodes_of_that_kind_have_it() -> None:
    """Packstack installs it on controllers alone."""
    client = Package("python3-openstackclient", "python-openstackclient", "6.0.0")
    nodes = {name: known_node(name).in_roles([role]) for name, role in KINDS.items()}
    of = inspect.unwrap(packages.wanted_packages)

    def lacking(*having: str) -> list[str]:
        found = {name: Packages(node, (client,) if name in having else ()) for name, node in nodes.items()}
        wanted = {name: of(node, NODES, found[name], found) for name, node in nodes.items()}
        return [name for name, each in found.items() if client.name in each.missing(wanted[name])]

    assert lacking("controller") == []
    assert lacking("controller", "compute1", "compute2") == []
    assert lacking("controller", "compute1") == ["compute2"]
    assert lacking() == ["controller"]


def test_a_node_without_openstack_is_asked_for_what_the_others_run_from() -> None:
    """Openstack-ansible's container of ovn-northd has the distribution's OVN, and nothing of OpenStack's."""
    centre = known_node("ovn1", running=["ovn-northd"]).in_roles(["controller"])
    here, of = Packages(centre, ()), inspect.unwrap(packages.wanted_packages)
    there = node_with(a_service={"LoadState": "loaded", "VirtualEnv": "/openstack/venvs/nova/bin"})
    with pytest.raises(pytest.skip.Exception, match=r"ovn1: nothing of OpenStack's runs here, .* in /openstack/venvs"):
        of(centre, NODES, here, {"ovn1": here, "infra1": Packages(there, ())})
    assert here.missing(of(centre, NODES, here, {"ovn1": here})) == ["python3-openstackclient"]


def test_what_could_be_a_container_and_is_not_there_is_no_place_of_services() -> None:
    absent = {
        "Id": "cinder_api.container",
        "ContainerName": "cinder_api",
        "ContainerEngine": "",
        "LoadState": "not-found",
    }
    assert Packages(node_with(a_service=absent, b_service={"LoadState": "loaded"}), ()).places == []
