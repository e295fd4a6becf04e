from dataclasses import replace
from typing import Any, cast

from fixtures.network.vxlan import Endpoint, Report, parse_report
from fixtures.nodes.nodes import Node


def endpoint(name: str, address: str) -> Endpoint:
    return Endpoint(Node(name, frozenset(), cast(Any, None)), address, 8472)


CONTROLLER = Report(endpoint("controller", "10.0.0.11"), frozenset({"compute1"}), {})
COMPUTE = Report(endpoint("compute1", "10.0.0.101"), frozenset({"controller"}), {})


def reports(*each: Report) -> dict[str, Report]:
    return {report.endpoint.node.name: report for report in each}


def test_what_was_printed_is_understood() -> None:
    printed = "heard compute1\nrefused compute2 Operation not permitted\n"
    report = parse_report(CONTROLLER.endpoint, printed)
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
