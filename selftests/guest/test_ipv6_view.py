from typing import Any, cast

from fixtures.core.programs import MissingProgram, Unusable
from fixtures.guest.guest import Guest
from fixtures.guest.ipv6_view import Ipv6View, parse_ipv6, pings_from, solicit
from selftests.guest.test_guest import FakeHost

# Of a CirrOS in a network with SLAAC: destination, source, next hop, metric, counters, flags
SHOWN = """\
==> if_inet6
00000000000000000000000000000001 01 80 10 80       lo
fd123456789a0001f8163efffe000001 02 40 00 00     eth0
fe80000000000000f8163efffe000001 02 40 20 80     eth0
fd123456789a0001f8163efffe000009 02 40 00 40     eth0
==> ipv6_route
fd123456789a00010000000000000000 40 {nowhere} 00 {nowhere} 00000100 00000001 00000000 00040001     eth0
{nowhere} 00 {nowhere} 00 fe80000000000000f8163efffe000002 00000400 00000001 00000000 00450003     eth0
{nowhere} 00 {nowhere} 00 {nowhere} ffffffff 00000001 00000000 00200200       lo
==> snmp6
Ip6OutRequests                  	12
Icmp6InRouterSolicits           	0
Icmp6InRouterAdvertisements     	2
Icmp6OutMsgs                    	9
""".format(nowhere="0" * 32)
NOTHING = "==> if_inet6\n==> ipv6_route\n==> snmp6\n"


def test_a_guests_addresses_and_routes_are_read() -> None:
    assert parse_ipv6(SHOWN) == Ipv6View(
        frozenset({"fd12:3456:789a:1:f816:3eff:fe00:1", "fe80::f816:3eff:fe00:1"}),
        frozenset({"fe80::f816:3eff:fe00:2"}),
        2,
        frozenset({"fd12:3456:789a:1:f816:3eff:fe00:9"}),
        3,
    )


def test_only_those_of_a_range_are_in_it() -> None:
    seen = parse_ipv6(SHOWN)
    assert seen.is_on
    assert seen.within("fd12:3456:789a:1::/64") == ["fd12:3456:789a:1:f816:3eff:fe00:1"]
    assert seen.within("fd12:3456:789a:2::/64") == []


def test_a_kernel_without_ipv6_has_nothing() -> None:
    assert not parse_ipv6(NOTHING).is_on
    assert str(parse_ipv6(NOTHING)) == "addresses none; gateways none; 0 router advertisements"


def test_a_ping_is_sent_from_the_address_that_neutron_knows() -> None:
    host = FakeHost()
    assert pings_from(Guest(cast(Any, host)), "fd12::1", "fd12::2")
    assert host.asked[-1] == "ping -c 1 -W 3 -I fd12::1 -- fd12::2"


def test_a_user_who_may_not_is_told_apart() -> None:
    assert solicit(Guest(cast(Any, Answering(0))), "fa:16:3e:00:00:01")
    assert not solicit(Guest(cast(Any, Answering(1))), "fa:16:3e:00:00:01")
    assert not solicit(Guest(cast(Any, WithoutSudo())), "fa:16:3e:00:00:01")


class Answering:
    def __init__(self, code: int) -> None:
        self.succeeded = code == 0

    def run(self, *_: str) -> "Answering":
        return self


class WithoutSudo:
    def run(self, *_: str) -> None:
        raise MissingProgram("172.16.1.5", Unusable("sudo", "no such program"))
