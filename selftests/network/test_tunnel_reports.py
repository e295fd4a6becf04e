from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from fixtures.network.tunnel_reports import Endpoint, Report, exchanged, parse_report, peers_of
from fixtures.nodes.node import Node
from fixtures.nodes.ring import PEERS


def endpoint(name: str, address: str) -> Endpoint:
    return Endpoint(Node(name, frozenset(), cast(Any, None)), address, 8472)


CONTROLLER = Report(endpoint("controller", "10.0.0.11"), frozenset({"compute1"}), frozenset({"compute1"}), {})
COMPUTE = Report(endpoint("compute1", "10.0.0.101"), frozenset({"controller"}), frozenset({"controller"}), {})


def reports(*each: Report) -> dict[str, Report]:
    return {report.endpoint.node.name: report for report in each}


def test_what_was_printed_is_understood() -> None:
    printed = "heard compute1\nrefused compute2 Operation not permitted\n"
    report = parse_report(CONTROLLER.endpoint, CONTROLLER.peers, printed)
    assert report == replace(CONTROLLER, refused={"compute2": "Operation not permitted"})


def test_where_all_hear_each_other_nothing_is_unheard() -> None:
    assert CONTROLLER.unheard(reports(CONTROLLER, COMPUTE)) == {}


def test_a_direction_that_is_blocked_is_the_receivers() -> None:
    deaf = replace(COMPUTE, heard=frozenset())
    assert deaf.unheard(reports(CONTROLLER, deaf)) == {"controller (10.0.0.11)": "sent, and nothing arrived"}
    assert CONTROLLER.unheard(reports(CONTROLLER, deaf)) == {}


def test_a_sender_that_may_not_send_says_why() -> None:
    gagged = replace(CONTROLLER, refused={"compute1": "Operation not permitted"})
    deaf = replace(COMPUTE, heard=frozenset())
    assert deaf.unheard(reports(gagged, deaf)) == {"controller (10.0.0.11)": "Operation not permitted"}


def test_a_sender_that_failed_says_why() -> None:
    broken = replace(CONTROLLER, failure="it has no Python to send with")
    deaf = replace(COMPUTE, heard=frozenset())
    assert deaf.unheard(reports(broken, deaf)) == {"controller (10.0.0.11)": "it has no Python to send with"}


def ring(count: int) -> list[Endpoint]:
    return [endpoint(f"node{number:03}", f"10.0.{number // 250}.{number % 250 + 1}") for number in range(count)]


def names_of(mine: Endpoint, all_of_them: list[Endpoint]) -> set[str]:
    return {each.node.name for each in peers_of(mine, all_of_them)}


@pytest.mark.parametrize("count", range(2, PEERS + 2))
def test_a_few_nodes_exchange_with_all_others(count: int) -> None:
    everyone = ring(count)
    for mine in everyone:
        assert names_of(mine, everyone) == {each.node.name for each in everyone} - {mine.node.name}


@pytest.mark.parametrize("count", [PEERS + 2, 11, 200])
def test_each_of_many_has_a_bounded_number_of_peers_mutual_and_leading_to_all(count: int) -> None:
    everyone = ring(count)
    peers = {mine.node.name: names_of(mine, everyone) for mine in everyone}
    assert {len(each) for each in peers.values()} == {PEERS}
    assert all(mine in peers[other] for mine, others in peers.items() for other in others)
    reached, new = set[str](), {"node000"}
    while new:
        reached |= new
        new = {other for each in new for other in peers[each]} - reached
    assert len(reached) == count


def test_only_peers_are_missed() -> None:
    many = {each.node.name: Report(each, frozenset(), frozenset(), {}) for each in ring(200)}
    mine = replace(many["node000"], peers=frozenset({"node001"}))
    assert mine.unheard(many) == {"node001 (10.0.0.2)": "sent, and nothing arrived"}


@pytest.mark.parametrize(("count", "is_tried_again"), [(20, True), (16, False)])
def test_of_many_nodes_those_who_missed_each_other_try_once_more(count: int, is_tried_again: bool) -> None:
    """The first had ended when the last began."""
    last, tries = f"node{count - 1:03}", list[str]()

    def exchange(mine: Endpoint, peers: Sequence[Endpoint]) -> Report:
        tries.append(mine.node.name)
        names = frozenset(each.node.name for each in peers)
        is_late = len(tries) <= count
        return Report(mine, names, names - {last} if is_late and mine.node.name != last else names, {})

    reports = exchanged(ring(count), exchange)
    missed = {name for name, report in reports.items() if report.unheard(reports)}
    around = {each.endpoint.node.name for each in reports.values() if last in each.peers}
    assert missed == (set() if is_tried_again else around)
    assert sorted(tries[count:]) == (sorted({last, *around}) if is_tried_again else [])
    assert all(len(report.peers) == 8 for report in reports.values())


def test_what_comes_of_the_second_time_is_told_and_what_was_heard_the_first_stays() -> None:
    """One is refused only then, and one does not answer any more."""
    tries: list[str] = []

    def exchange(mine: Endpoint, peers: Sequence[Endpoint]) -> Report:
        tries.append(mine.node.name)
        if tries.count(mine.node.name) == 2 and mine.node.name == "node002":
            raise TimeoutError("it does not answer")
        refused = {"node000": "not permitted"} if tries.count(mine.node.name) == 2 else {}
        names = frozenset(each.node.name for each in peers)
        return Report(mine, names, names - {"node001"} if mine.node.name == "node000" else names, refused)

    told = exchanged(ring(20), exchange)
    assert tries.count("node001") == 2
    assert told["node000"].unheard(told) == {"node001 (10.0.0.2)": "not permitted"}
    assert not told["node002"].unheard(told)
