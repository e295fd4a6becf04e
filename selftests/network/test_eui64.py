import re

import pytest

from fixtures.network.eui64 import eui64_address, link_local_address
from fixtures.network.ipv6_subnet import unique_local_range


@pytest.mark.parametrize(
    ("prefix", "mac", "address"),
    [
        ("2001:db8::/64", "34:56:78:9a:bc:de", "2001:db8::3656:78ff:fe9a:bcde"),  # RFC 4291, appendix A, with a prefix
        ("fd12:3456:789a:1::/64", "FA:16:3E:00:00:01", "fd12:3456:789a:1:f816:3eff:fe00:1"),
    ],
)
def test_an_address_is_made_of_prefix_and_mac_address(prefix: str, mac: str, address: str) -> None:
    assert eui64_address(prefix, mac) == address


def test_a_router_advertises_from_its_links_address() -> None:
    assert link_local_address("fa:16:3e:00:00:01") == "fe80::f816:3eff:fe00:1"


@pytest.mark.parametrize(
    ("prefix", "mac"), [("fd12::/48", "fa:16:3e:00:00:01"), ("fd12::/64", "fa:16:3e"), ("fd12::/64", "no MAC address")]
)
def test_what_is_no_mac_address_makes_none(prefix: str, mac: str) -> None:
    with pytest.raises(ValueError, match=r"no EUI-64 address|hexadecimal"):
        eui64_address(prefix, mac)


def test_each_run_has_a_range_of_its_own() -> None:
    ranges = {unique_local_range() for _ in range(20)}
    assert len(ranges) == 20
    assert all(re.fullmatch(r"fd[0-9a-f]{2}:[0-9a-f:]*:1::/64", each) for each in ranges)
