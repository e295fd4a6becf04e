from ipaddress import ip_address

import pytest

from fixtures.nodes.firewall.iptables import Table, parse_rule, parse_table
from fixtures.nodes.firewall.match import Packet

PACKET = Packet(ip_address("10.0.0.101"), ip_address("10.0.0.11"), 5672, "eth0")
OPENING = '-A INPUT -s 10.0.0.101/32 -p tcp -m multiport --dports 5671,5672 -m comment --comment "001 -j" -j ACCEPT'
COMMON = ["-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT", "-A INPUT -i lo -j ACCEPT"]
REFUSAL = "-A INPUT -j REJECT --reject-with icmp-host-prohibited"


def table(*rules: str, policy: str = "ACCEPT") -> Table:
    head = [
        "*nat",
        ":INPUT DROP [0:0]",
        "-A INPUT -j DROP",
        "COMMIT",
        "*filter",
        f":INPUT {policy} [0:0]",
        ":own - [0:0]",
    ]
    return parse_table("\n".join([*head, *rules, "COMMIT"]))


def fate(*rules: str, policy: str = "ACCEPT") -> str:
    return table(*rules, policy=policy).fate(PACKET)[0]


def test_a_rule_above_the_refusal_opens() -> None:
    assert table(*COMMON, OPENING, REFUSAL).fate(PACKET) == ("ACCEPT", OPENING)


def test_a_rule_below_the_refusal_does_not() -> None:
    assert table(*COMMON, REFUSAL, OPENING).fate(PACKET) == ("REJECT", REFUSAL)


def test_the_policy_decides_in_the_end() -> None:
    assert table(*COMMON, policy="DROP").fate(PACKET) == ("DROP", "the policy of INPUT, DROP")
    assert table().fate(PACKET) == ("ACCEPT", "the policy of INPUT, ACCEPT")


@pytest.mark.parametrize(
    "match",
    [
        "-s 10.0.0.0/24",
        "! -s 10.0.0.100/32",
        "-s 192.168.0.0/16,10.0.0.101/32",
        "-p tcp -m tcp --dport 5672",
        "-p tcp --dport 5000:6000",
        "-p tcp -m multiport --dports 22,5671:5672",
        "-p 6",
        "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
        "-i eth+",
        "! -i eth1",
        "-m conntrack --ctstate NEW",
        "-m iprange --src-range 10.0.0.100-10.0.0.110",
        "--source 10.0.0.101 --protocol tcp --destination-port 5672",
    ],
)
def test_what_matches(match: str) -> None:
    assert parse_rule(f"-A INPUT {match} -j ACCEPT").matches(PACKET) is True


@pytest.mark.parametrize(
    "match",
    [
        "-s 10.0.0.100/32",
        "-s fd00::/64",
        "! -s 10.0.0.0/24",
        "-p udp -m udp --dport 5672",
        "-p tcp -m tcp --dport 5673",
        "-p tcp -m multiport --dports 22,5000:5671",
        "-i lo",
        "-m state --state RELATED,ESTABLISHED",
        "-d 10.0.0.12/32 -m limit --limit 1/sec",
    ],
)
def test_what_does_not(match: str) -> None:
    assert parse_rule(f"-A INPUT {match} -j ACCEPT").matches(PACKET) is False


@pytest.mark.parametrize("match", ["-m set --match-set amqp src", "-p tcp --dport amqp", "-s controller"])
def test_what_nobody_can_tell(match: str) -> None:
    assert parse_rule(f"-A INPUT {match} -j ACCEPT").matches(PACKET) is None
    assert table(f"-A INPUT {match} -j ACCEPT", REFUSAL).is_undecidable(PACKET)
    assert not table(OPENING, f"-A INPUT {match} -j DROP").is_undecidable(PACKET)


def test_chains_are_followed_and_returned_from() -> None:
    assert fate("-A INPUT -j own", "-A own -s 10.0.0.101/32 -j ACCEPT", REFUSAL) == "ACCEPT"
    assert fate("-A INPUT -j own", "-A own -j RETURN", "-A own -j ACCEPT", REFUSAL) == "REJECT"
    assert fate("-A INPUT -j own", "-A own -p udp -j ACCEPT", OPENING, REFUSAL) == "ACCEPT"


def test_a_goto_does_not_come_back() -> None:
    assert fate("-A INPUT -g own", "-A own -p udp -j ACCEPT", REFUSAL) == "ACCEPT"
    assert fate("-A INPUT -g own", "-A own -p udp -j ACCEPT", OPENING, policy="DROP") == "DROP"


def test_a_target_that_only_looks_on_decides_nothing() -> None:
    assert fate("-A INPUT -j LOG --log-prefix in", "-A INPUT -p tcp", OPENING, REFUSAL) == "ACCEPT"


def test_neutrons_chains_are_of_bridged_packets() -> None:
    bridged = "-A INPUT -m physdev --physdev-in tap1 --physdev-is-bridged -j own"
    assert not table(bridged, "-A own -j ACCEPT", REFUSAL).is_undecidable(PACKET)


def test_no_rule_is_needed_where_nothing_refuses() -> None:
    assert not table(*COMMON, OPENING).refuses_without_a_rule(PACKET)
    assert table(*COMMON, OPENING, REFUSAL).refuses_without_a_rule(PACKET)


def test_a_table_is_found_by_its_name() -> None:
    saved = f"*filter\n{OPENING}\nCOMMIT\n*nat\n-A OUTPUT -d 203.0.113.9/32 -j DNAT --to-destination 172.16.1.5\nCOMMIT"
    [rule] = parse_table(saved, "nat").reached_from("OUTPUT")
    assert (rule.target, rule.value("--to-destination")) == ("DNAT", "172.16.1.5")
    assert [*parse_table(saved, "mangle").reached_from("INPUT")] == []


def test_what_a_negated_option_says_is_not_its_value() -> None:
    rule = parse_rule("-A POSTROUTING ! -s 10.0.0.0/8 -o eth1 -j SNAT --to-source 203.0.113.9")
    assert (rule.value("-s"), rule.value("-o"), rule.value("--to-source")) == (None, "eth1", "203.0.113.9")
