from fixtures.core.request_stats import Effort, told


def test_guests_are_counted_together() -> None:
    effort = Effort()
    for name in ("controller", "203.0.113.7", "controller", "172.16.1.9"):
        effort.command(name)
    effort.request("POST", "/v2.1/servers")
    effort.request("GET", "/v2.1/servers")
    assert told(effort) == "asked controller 2, guests 2 times, the APIs 2 times; booted 1 servers"


def test_a_workers_counts_are_added() -> None:
    worker, all_together = Effort(), Effort()
    worker.command("compute1")
    worker.request("POST", "/v2.1/servers")
    all_together.command("compute1")
    all_together.add(worker.as_data())
    assert told(all_together) == "asked compute1 2 times, the APIs 1 times; booted 1 servers"


def test_what_was_sent_again_is_told() -> None:
    worker, all_together = Effort(), Effort()
    worker.request("POST", "/v2.1/servers")
    worker.sent_again()
    all_together.add(worker.as_data())
    assert told(all_together) == "asked no node times, the APIs 2 times, 1 requests sent again; booted 1 servers"
