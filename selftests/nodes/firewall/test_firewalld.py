from fixtures.nodes.firewall.firewalld import forgotten

ZONES = "public (active)\n  target: default\n  services: ssh{services}\n  ports: {ports}\n  rich rules: \n{rich}"


def test_firewalld_forgets_what_is_not_permanent() -> None:
    permanent = ZONES.format(services="", ports="80/tcp", rich="")
    rule = '\trule family="ipv4" source address="10.0.0.101" port port="5672" protocol="tcp" accept\n'
    now = ZONES.format(services=" http", ports="80/tcp 5672/tcp", rich=rule)
    lost = forgotten(now, permanent, 5672, "10.0.0.101")
    assert lost == ["ports 5672/tcp in zone public", f"rich rules {rule.strip()} in zone public"]
    assert forgotten(now, now, 5672, "10.0.0.101") == []
