import pytest

from fixtures.nodes import packages
from fixtures.nodes.packages import Package, Packages, parse
from selftests.nodes.known_nodes import known_node


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


def test_a_controller_without_nova_needs_none_of_its_packages() -> None:
    with_nova = known_node("infra1", running=["nova-conductor", "rabbitmq"]).in_roles(["controller"])
    broker = known_node("rabbit1", running=["rabbitmq"]).in_roles(["controller"])
    bare = known_node("controller").in_roles(["controller", "block"])
    assert [packages._packaged(node) for node in (with_nova, broker, bare)] == [
        ["controller"],
        [],
        ["block", "controller"],
    ]
