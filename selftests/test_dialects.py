import pytest

from fixtures.dialects import DIALECTS, nearest


@pytest.mark.parametrize(
    ("installed", "dialect"),
    [
        (["nova-compute.service", "libvirtd.service"], "debian"),
        (["openstack-nova-compute.service", "libvirtd.service"], "rdo"),
        (["devstack@.service", "libvirtd.service"], "devstack"),
        (["kolla-nova_compute-container.service"], "kolla"),
        ([], "debian"),
    ],
)
def test_units_tell_the_dialect(installed: list[str], dialect: str) -> None:
    assert nearest(installed) is DIALECTS[dialect]


def test_every_dialect_has_a_word_for_every_service() -> None:
    assert len({frozenset(dialect) for dialect in DIALECTS.values()}) == 1


def test_units_that_others_have_too_do_not_tell() -> None:
    dressed = ["openstack-nova-compute.service", "open-iscsi.service", "iscsid.service", "chrony.service"]
    assert nearest(dressed) is DIALECTS["rdo"]
