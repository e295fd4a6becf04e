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


# A compute node of the lab with RDO's names: Debian's script is still in /etc/init.d, so systemd makes a unit of it
RENAMED = """\
neutron-linuxbridge-agent.service      enabled   enabled
nova-compute.service                   generated -
openstack-nova-compute.service         enabled   enabled

"""


def test_a_unit_made_from_a_script_does_not_tell() -> None:
    assert installed(RENAMED) == ["neutron-linuxbridge-agent.service", "openstack-nova-compute.service"]
    assert nearest(installed(RENAMED)) is UNIT_NAMES["rdo"]


@pytest.mark.parametrize("state", ["masked", "masked-runtime"])
def test_nor_does_one_that_cannot_run(state: str) -> None:
    assert installed(f"nova-compute.service {state} enabled\n") == []


@pytest.mark.parametrize("state", ["enabled", "enabled-runtime", "disabled", "static", "indirect", "linked", "alias"])
def test_any_other_does(state: str) -> None:
    assert installed(f"nova-compute.service {state}\n") == ["nova-compute.service"]
