import pytest

from fixtures.compute.port_notifications import PortNotifications


@pytest.mark.parametrize(("told", "is_off"), [("", False), ("true", False), ("False", True), ("0", True)])
def test_neutron_tells_nova_unless_it_is_told_not_to(told: str, is_off: bool) -> None:
    assert PortNotifications(told, "/etc/neutron/neutron.conf", "restart").is_off is is_off
