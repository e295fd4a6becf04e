import pytest

from fixtures.nodes.firewall.firewalld import forgotten

ZONES = "public (active)\n  target: default\n  services: ssh{services}\n  ports: {ports}\n  rich rules: \n{rich}"


def test_firewalld_forgets_what_is_not_permanent() -> None:
    permanent = ZONES.format(services="", ports="80/tcp", rich="")
    rule = '\trule family="ipv4" source address="10.0.0.101" port port="5672" protocol="tcp" accept\n'
    now = ZONES.format(services=" http", ports="80/tcp 5672/tcp", rich=rule)
    lost = forgotten(now, permanent, 5672, "10.0.0.101")
    assert lost == ["ports 5672/tcp in zone public", f"rich rules {rule.strip()} in zone public"]
    assert forgotten(now, now, 5672, "10.0.0.101") == []


@pytest.mark.parametrize(
    ("network", "is_lost"),
    [("10.0.0.0/24", True), ("10.88.0.0/16", False), ("fd00::/64", False), ("9.9.9.9/99", False)],
)
def test_a_network_counts_that_the_node_is_in(network: str, is_lost: bool) -> None:
    zone = "trusted\n  target: ACCEPT\n  sources: {}\n"
    assert bool(forgotten(zone.format(network), zone.format(""), 5672, "10.0.0.101")) is is_lost


def test_a_rich_rules_network_counts_too() -> None:
    rule = '\trule family="ipv4" source address="10.0.0.0/24" accept\n'
    permanent = ZONES.format(services="", ports="", rich="")
    assert len(forgotten(ZONES.format(services="", ports="", rich=rule), permanent, 5672, "10.0.0.101")) == 1
