import pytest

from fixtures.core.spans import CHECK, ROUND_TRIP, WAIT, Span
from fixtures.report.history_durations import MANY, PATH, called, durations, without_path


def wait(name: str, seconds: float, looks: int = 2) -> Span:
    return Span(WAIT, name, 1, 10, 10 + seconds, looks=looks)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("server c7bf8b5c-10c6-4ed6-99a4-a832c119bc0a to be ACTIVE", "server … to be ACTIVE"),
        ("servers_on_nodes[compute2], made ahead", "servers_on_nodes…, made ahead"),
        ("compute1: nova-compute.service to run", "… nova-compute.service to run"),
        ("the resize of server 51499c49 to end", "the resize of server … to end"),
        ("an answer from fd3e:a3e1:7daf:1::, the gateway", "an answer from …, the gateway"),
        ("a disk with 1 GiB", "a disk with … GiB"),
    ],
)
def test_it_is_called_the_same_in_every_run(name: str, what: str) -> None:
    assert called(name) == what


def test_a_run_counts_with_its_median() -> None:
    waits = [wait(f"server {number} to be ACTIVE", seconds) for number, seconds in enumerate((30, 40, 90))]
    assert durations(waits)["server … to be ACTIVE"] == 40


def test_what_was_there_already_or_is_short_is_left_out() -> None:
    assert durations([wait("a", 50, looks=1), wait("b", 0.4)]) == {}


def test_an_api_is_known_by_its_median_where_it_was_asked_often() -> None:
    asked = [Span(ROUND_TRIP, "GET /x", number, 1, 1.25, place="controller:8774") for number in range(MANY)]
    few = [Span(ROUND_TRIP, "GET /x", 99, 1, 9, place="controller:9696")]
    on_node = [Span(ROUND_TRIP, "command", number, 1, 9, place="compute1") for number in range(MANY)]
    assert durations([*asked, *few, *on_node]) == {"a request to controller:8774": 0.25}


def test_the_path_counts_where_all_has_run() -> None:
    spans = [Span(CHECK, "test", 1, 0, 30), Span(WAIT, "x", 2, 0, 30, of=1, looks=2)]
    assert durations(spans)[PATH] == 30
    assert PATH not in without_path(durations(spans))
