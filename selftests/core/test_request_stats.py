from fixtures.core.request_stats import Effort, summary
from fixtures.core.spans import AHEAD, NODE_CHECKS


def test_guests_are_counted_together() -> None:
    effort = Effort()
    for name in ("controller", "203.0.113.7", "controller", "172.16.1.9"):
        effort.command(name)
    effort.request("POST", "/v2.1/servers")
    effort.request("GET", "/v2.1/servers")
    assert summary(effort) == "round trips: all else controller 2, guests 2; API calls 2; servers booted 1"


def test_a_workers_counts_are_added() -> None:
    worker, all_together = Effort(), Effort()
    worker.command("compute1", AHEAD)
    worker.command("compute1", NODE_CHECKS)
    worker.request("POST", "/v2.1/servers")
    all_together.command("compute1")
    all_together.add(worker.as_data())
    trips, *others = summary(all_together).split("; API calls ")
    assert trips == "round trips: gathered compute1 1; node checks compute1 1; all else compute1 1"
    assert others == ["1; servers booted 1"]


def test_what_was_sent_again_is_told() -> None:
    worker, all_together = Effort(), Effort()
    worker.request("POST", "/v2.1/servers")
    worker.sent_again()
    all_together.add(worker.as_data())
    assert summary(all_together) == "round trips: none; API calls 2 (1 sent again); servers booted 1"


def test_of_many_nodes_the_busiest_are_named() -> None:
    effort = Effort()
    for number in range(1, 101):
        effort.commands[f"compute{number}"] = 200 - number
    assert summary(effort).startswith("round trips: all else compute1 199, compute2 198, ")
    assert ", compute8 192, 92 others at most 191 each; " in summary(effort)
