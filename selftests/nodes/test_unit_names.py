import pytest

from fixtures.nodes.unit_names import UNIT_NAMES, installed, nearest


@pytest.mark.parametrize(
    ("installed", "distribution"),
    [
        (["nova-compute.service", "libvirtd.service"], "debian"),
        (["openstack-nova-compute.service", "libvirtd.service"], "rdo"),
        (["devstack@.service", "libvirtd.service"], "devstack"),
        (["kolla-nova_compute-container.service"], "kolla"),
        ([], "debian"),
    ],
)
def test_units_tell_the_distribution(installed: list[str], distribution: str) -> None:
    assert nearest(installed) is UNIT_NAMES[distribution]


def test_every_distribution_has_a_word_for_every_service() -> None:
    assert len({frozenset(distribution) for distribution in UNIT_NAMES.values()}) == 1


def test_units_that_others_have_too_do_not_tell() -> None:
    renamed = ["openstack-nova-compute.service", "open-iscsi.service", "iscsid.service", "chrony.service"]
    assert nearest(renamed) is UNIT_NAMES["rdo"]


# Of a DevStack on Ubuntu, with Ubuntu's packages of OVN and with OVN_BUILD_FROM_SOURCE. Source:
# https://opendev.org/openstack/devstack, lib/neutron_plugins/ovn_agent, OVN_CONTROLLER_SERVICE and what follows
FROM_PACKAGES = [
    "devstack@n-cpu.service",
    "devstack@q-ovn-metadata-agent.service",
    "ovn-controller.service",
    "ovn-northd.service",
    "ovn-ovsdb-server-nb.service",
    "ovn-ovsdb-server-sb.service",
    "ovs-vswitchd.service",
]
BUILT = [
    "devstack@n-cpu.service",
    "devstack@ovn-controller.service",
    "devstack@ovn-northd.service",
    "devstack@ovs-vswitchd.service",
    "devstack@q-ovn-agent.service",
]


@pytest.mark.parametrize("units", [FROM_PACKAGES, BUILT], ids=["from packages", "built"])
def test_devstacks_ovn_is_known_however_it_came(units: list[str]) -> None:
    names = nearest(units)
    assert names is UNIT_NAMES["devstack"]
    for service in ("ovn-controller", "ovn-northd", "ovn-nb-db", "openvswitch"):
        assert next(unit for unit in names[service] if unit in units)
    assert any(unit in units for kind in ("metadata-agent", "agent") for unit in names[f"neutron-ovn-{kind}"])


# A compute node of the lab with RDO's names: Debian's script is still in /etc/init.d, so systemd makes a unit of it
RENAMED = """\
neutron-linuxbridge-agent.service      enabled   enabled
nova-compute.service                   generated -
openstack-nova-compute.service         enabled   enabled

"""


def test_a_unit_made_from_a_script_does_not_tell() -> None:
    assert installed(RENAMED) == ["neutron-linuxbridge-agent.service", "openstack-nova-compute.service"]
    assert nearest(installed(RENAMED)) is UNIT_NAMES["rdo"]


def test_one_made_from_a_containers_description_does() -> None:
    """As podman makes them of edpm_nova_compute.container (openstack-k8s-operators/edpm-ansible, roles/edpm_nova)."""
    listed = "edpm_nova_compute.service generated -\nvirtqemud.service enabled enabled\n"
    assert nearest(installed(listed)) is UNIT_NAMES["edpm"]


@pytest.mark.parametrize("state", ["masked", "masked-runtime"])
def test_nor_does_one_that_cannot_run(state: str) -> None:
    assert installed(f"nova-compute.service {state} enabled\n") == []


@pytest.mark.parametrize("state", ["enabled", "enabled-runtime", "disabled", "static", "indirect", "linked", "alias"])
def test_any_other_does(state: str) -> None:
    assert installed(f"nova-compute.service {state}\n") == ["nova-compute.service"]
