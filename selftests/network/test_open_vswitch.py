from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.network import open_vswitch as switch
from fixtures.network.drivers import linuxbridge, ovn


def unit(service: str, container: str = "", driver: Any = ovn.DRIVER) -> Any:
    make: Any = switch.open_vswitch
    node = SimpleNamespace(
        name="compute1",
        service=lambda name: SimpleNamespace(container=container, unit=name),
        unit=lambda name: SimpleNamespace(name=name, is_installed=True),
    )
    return make.__wrapped__(node, SimpleNamespace(driver=driver, service=driver.agent), service).name


def test_in_containers_its_database_has_a_unit_of_its_own() -> None:
    """Source: kolla-ansible, ansible/roles/openvswitch/defaults/main.yml; neither unit starts the other."""
    assert [unit(name, container="openvswitch_vswitchd") for name in ("openvswitch", "openvswitch-db")] == [
        "openvswitch",
        "openvswitch-db",
    ]


def test_elsewhere_the_switch_stands_for_both() -> None:
    assert unit("openvswitch") == "openvswitch"
    with pytest.raises(pytest.skip.Exception, match="compute1: Open vSwitch's database is in no container of its own"):
        unit("openvswitch-db")
    with pytest.raises(pytest.skip.Exception, match="needs no Open vSwitch"):
        unit("openvswitch", driver=linuxbridge.DRIVER)
