from fixtures.effort import Effort, told


def test_guests_are_counted_together() -> None:
    effort = Effort()
    for name in ("controller", "203.0.113.7", "controller", "172.16.1.9"):
        effort.command(name)
    effort.request("POST", "/v2.1/servers")
    effort.request("GET", "/v2.1/servers")
    assert told(effort) == "asked controller 2, guests 2 times, the APIs 2 times; booted 1 servers"
