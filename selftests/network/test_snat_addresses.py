from types import SimpleNamespace
from typing import Any

import pytest
from openstack.network.v2.router import Router

from fixtures.network.snat_addresses import snat_addresses as make


def addresses(gateway: dict[str, Any] | None) -> set[str]:
    router = Router(id="r1", external_gateway_info=gateway)
    cloud = SimpleNamespace(network=SimpleNamespace(get_router=lambda _: router))
    found: set[str] = make.__wrapped__(cloud, router)  # type: ignore[attr-defined]
    return found


def test_they_are_the_routers_own_outside() -> None:
    fixed = [{"ip_address": "203.0.113.9", "subnet_id": "s1"}, {"ip_address": "2001:db8::9", "subnet_id": "s2"}]
    assert addresses({"external_fixed_ips": fixed}) == {"203.0.113.9", "2001:db8::9"}
    assert addresses({"external_fixed_ips": fixed, "enable_snat": True}) == {"203.0.113.9", "2001:db8::9"}
    assert addresses(None) == set()


def test_where_snat_is_off_it_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="router r1 has SNAT switched off"):
        addresses({"external_fixed_ips": [], "enable_snat": False})
