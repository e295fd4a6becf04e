import pytest

from fixtures.core.host_port import host_port


@pytest.mark.parametrize(
    ("host", "told"),
    [("controller", "controller:443"), ("192.0.2.1", "192.0.2.1:443"), ("2001:db8::1", "[2001:db8::1]:443")],
)
def test_an_ipv6_address_is_in_brackets(host: str, told: str) -> None:
    assert host_port(host, 443) == told
