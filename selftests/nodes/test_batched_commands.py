import copy
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import testinfra

from fixtures.core.programs import MissingProgram
from fixtures.nodes import batched_commands
from fixtures.nodes.batched_commands import SHARED, SOONER, WIDTH, ask_batched, send
from fixtures.nodes.checked_host import CannotSend, CheckedHost
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.node import Node
from fixtures.nodes.readings import Reading, read_together
from selftests.patience import LONG


class CountedHost(CheckedHost):
    """This machine, which keeps what it was asked in each round trip."""

    def __init__(self, limit: float | None = 55, fails: bool = False) -> None:
        super().__init__(copy.copy(testinfra.get_host("local://").backend), limit)
        self.trips: list[str] = []
        self.fails = fails
        self._has_deadline = True  # as SSH, of which answers are heard as they come

    def _asked(self, line: str, **kwargs: Any) -> Any:
        self.trips.append(line)
        if self.fails:
            raise RuntimeError("ssh: connect to host compute1 port 22: No route to host")
        return super()._asked(line, **kwargs)


@pytest.fixture
def host() -> CountedHost:
    return CountedHost()


def read(host: CheckedHost, *readers: Callable[[Node], Any], slow: Collection[int] = ()) -> Node:
    """A node of which these have read together; what they gave is in its readings, by their places."""
    node = Node("compute1", frozenset(), host)
    readings = [
        Reading(str(number), each, frozenset(), number in slow, frozenset()) for number, each in enumerate(readers)
    ]
    for each in readings:
        node.readings.promise(each.name)
    worker = threading.Thread(target=read_together, args=(node, readings), daemon=True)
    worker.start()
    worker.join(LONG)
    assert not worker.is_alive(), "the readers wait for each other"
    return node


def given(node: Node, place: int) -> Any:
    """What the reader at that place gave."""
    return node.readings.get(str(place), lambda: pytest.fail("it was not read"))


def asks(*lines: str) -> Callable[[Node], list[str]]:
    """Plain code that asks one line after the other."""
    return lambda node: [node.host.check_output(line) for line in lines]


def test_each_command_has_its_own_answer(host: CountedHost) -> None:
    lines = ["echo one", "printf two; echo 'mind\nthis' >&2; exit 3", "true", "printf ''; printf three >&2"]
    answers: Sequence[Any] = send(host, lines)
    told = [(each.rc, each.stdout, each.stderr) for each in answers]
    assert told == [(0, "one\n", ""), (3, "two", "mind\nthis\n"), (0, "", ""), (0, "", "three")]
    assert len(host.trips) == 1


@pytest.mark.parametrize("text", ["it's $HOME `id` \\ 100%s\n", "naïve ☃\n", "\nfirst line empty", "no end", "1 2 3\n"])
def test_what_is_said_comes_as_it_is(host: CountedHost, text: str) -> None:
    quoted = text.replace("'", "'\\''")
    answers: Sequence[Any] = send(host, [f"printf %s '{quoted}'", f"printf %s '{quoted}' >&2"])
    assert (answers[0].stdout, answers[1].stderr) == (text, text)


def test_a_node_is_not_swamped_and_has_the_time_that_waiting_takes(host: CountedHost) -> None:
    clock = "read now rest < /proc/uptime; echo $now"
    answers: Sequence[Any] = send(host, [f"{clock}; sleep 0.2; {clock}"] * (2 * WIDTH + 1))
    times = [[float(word) for word in each.stdout.split()] for each in answers]
    assert max(sum(began < now < ended for began, ended in times) for now, _ in times) < WIDTH
    assert "timeout -k 5 220 " in host.trips[0]  # four times 55 s


def test_long_answers_do_not_get_mixed_up(host: CountedHost) -> None:
    lines = [f"yes {letter * 60} | head -n 20000" for letter in "abcdef"]
    for letter, answer in zip("abcdef", send(host, lines), strict=True):
        assert answer.stdout == (letter * 60 + "\n") * 20000  # type: ignore[union-attr]


def test_what_is_no_text_is_kept(host: CountedHost) -> None:
    answers: Sequence[Any] = send(host, ["printf '\\377\\000x'", "true"])
    assert answers[0]._stdout == b"\xff\0x"


def test_one_that_does_not_end_leaves_the_others_their_answers() -> None:
    slow, good = send(CountedHost(limit=(SOONER + 5) / SHARED), ["sleep 60", "echo yes"])
    assert isinstance(slow, NoAnswer)
    assert "did not end within 5 s" in str(slow)
    assert good.stdout == "yes\n"  # type: ignore[union-attr]


def test_one_that_its_own_timeout_ended_has_answered(host: CountedHost) -> None:
    answers: Sequence[Any] = send(host, ["timeout 0.1 sleep 60", "true"])
    assert answers[0].rc == 124


def test_no_command_reads_what_is_meant_for_another(host: CountedHost) -> None:
    answers: Sequence[Any] = send(host, ["cat; exit 7", "echo yes"])
    assert [each.rc for each in answers] == [7, 0]


def test_what_is_too_long_is_packed_and_then_divided(host: CountedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(send(host, [f"echo {'x' * 3000}" for _ in range(40)])) == 40
    assert len(host.trips) == 1
    for room, trips in ((600, 1), (100, 2)):
        monkeypatch.setattr(batched_commands, "ROOM", room)
        host.trips.clear()
        assert [each.stdout for each in send(host, ["echo 1", "echo 2"])] == ["1\n", "2\n"]  # type: ignore[union-attr]
        assert len(host.trips) == trips


def test_a_node_without_base64_is_asked_one_by_one(host: CountedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batched_commands, "PLAIN", 'no-such-program "$1"')
    assert [each.stdout for each in send(host, ["echo 1", "echo 2"])] == ["1\n", "2\n"]  # type: ignore[union-attr]


def test_what_is_too_much_together_is_asked_one_by_one(host: CountedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.nodes.bounded_output.outcome_of.__defaults__", (1_500_000,))
    answers: Sequence[Any] = send(host, ["head -c 1000000 /dev/zero"] * 2)
    assert [len(each._stdout) for each in answers] == [1_000_000] * 2
    assert len(host.trips) in (2, 3)  # what had come whole before it was too much is not asked for again


def test_the_nodes_clock_is_told_besides(host: CountedHost) -> None:
    send(host, ["sleep 0.2", "true"])
    [round_trip] = host.round_trips
    assert round_trip.last - round_trip.first >= 0.2
    assert abs(round_trip.offset) <= round_trip.delay / 2 + 0.05


def test_readers_share_as_many_round_trips_as_the_longest_chain_has(host: CountedHost) -> None:
    node = read(host, asks("echo 1"), asks("echo 1", "echo 2", "echo 3"), asks("echo 1", "echo 2"))
    assert [given(node, place) for place in range(3)] == [["1"], ["1", "2", "3"], ["1", "2"]]
    assert len(host.trips) == 3


def test_one_that_asks_nothing_or_raises_does_not_hold_up_the_others(host: CountedHost) -> None:
    def raises(node: Node) -> None:
        node.host.check_output("echo 1")
        raise LookupError("no such thing")

    def skips(node: Node) -> None:
        pytest.skip("not here")

    node = read(host, raises, skips, lambda node: "nothing", asks("echo 1", "echo 2"))
    with pytest.raises(LookupError, match="no such thing"):
        given(node, 0)
    with pytest.raises(pytest.skip.Exception, match="not here"):
        given(node, 1)
    assert (given(node, 2), given(node, 3)) == ("nothing", ["1", "2"])
    assert len(host.trips) == 2


def test_what_fails_is_told_to_who_asked(host: CountedHost) -> None:
    node = read(host, asks("exit 3"), asks("no-such-program"), asks("echo '\0'"), asks("echo yes"))
    with pytest.raises(AssertionError, match="ended with exit code 3"):
        given(node, 0)
    with pytest.raises(MissingProgram, match="no-such-program"):
        given(node, 1)
    with pytest.raises(CannotSend):
        given(node, 2)
    assert given(node, 3) == ["yes"]
    assert len(host.trips) == 1


def test_a_node_that_does_not_answer_is_asked_once() -> None:
    host = CountedHost(fails=True)
    node = read(host, asks("echo 1", "echo 2"), asks("echo 1"))
    for place in range(2):
        with pytest.raises(NoAnswer, match="No route to host"):
            given(node, place)
    assert len(host.trips) == 1


def test_one_that_asks_in_a_thread_of_its_own_asks_alone(host: CountedHost) -> None:
    def threaded(node: Node) -> Any:
        with ThreadPoolExecutor() as pool:
            return pool.submit(node.host.check_output, "echo threaded").result()

    node = read(host, threaded, asks("echo 1"), asks("echo 1"))
    assert given(node, 0) == "threaded"
    assert len(host.trips) == 2


def test_another_node_is_asked_alone(host: CountedHost) -> None:
    other = CountedHost()
    node = read(host, lambda node: [other.check_output("echo other"), node.host.check_output("echo 1")], asks("echo 1"))
    assert given(node, 0) == ["other", "1"]
    assert (len(host.trips), len(other.trips)) == (1, 1)


def test_who_waits_for_another_reading_is_not_waited_for(host: CountedHost) -> None:
    def first(node: Node) -> Any:
        return node.readings.get("shared", lambda: node.host.check_output("echo 1; echo asked >&2"))

    node = read(host, first, first, lambda node: [first(node), node.host.check_output("echo 2")], asks("echo 1"))
    assert (given(node, 0), given(node, 1), given(node, 2)) == ("1", "1", ["1", "2"])
    assert len(host.trips) == 2


def test_inside_a_container_too(host: CountedHost) -> None:
    inside = host.inside(["env", "IN_CONTAINER=yes"])
    node = read(host, lambda node: inside.check_output("echo $IN_CONTAINER"), asks("echo 1"))
    assert given(node, 0) == "yes"
    assert len(host.trips) == 1


def test_what_is_asked_outside_costs_its_own_round_trip(host: CountedHost) -> None:
    node = read(host, asks("echo 1"), asks("echo 1"))
    node.host.check_output("echo plain testinfra")
    assert len(host.trips) == 2


def test_several_may_be_asked_at_once_by_one_reader(host: CountedHost) -> None:
    def both(node: Node) -> list[str]:
        return [each.stdout for each in ask_batched(host, ["echo 1", "echo 2"])]  # type: ignore[union-attr]

    node = read(host, both, asks("echo 1"))
    assert given(node, 0) == ["1\n", "2\n"]
    assert len(host.trips) == 1


def test_who_has_an_answer_does_not_wait_for_the_others(host: CountedHost, tmp_path: Path) -> None:
    came: list[int] = []

    def tell(place: int, _: object) -> None:
        came.append(place)
        (tmp_path / "heard").touch()

    answers = send(host, [f"until [ -e {tmp_path}/heard ]; do sleep 0.1; done", "true"], tell)
    assert [each.rc for each in answers] == [0, 0]  # type: ignore[union-attr]
    assert came == [1, 0]


def test_what_is_slow_goes_with_the_second(host: CountedHost) -> None:
    node = read(host, asks("echo slow"), asks("echo 1", "echo 2"), slow=[0])
    assert (given(node, 0), given(node, 1)) == (["slow"], ["1", "2"])
    assert len(host.trips) == 2


def test_what_is_slow_goes_first_where_nothing_else_is_asked(host: CountedHost) -> None:
    node = read(host, asks("echo slow"), asks("echo slower"), lambda node: "nothing", slow=[0, 1])
    assert (given(node, 0), given(node, 1), given(node, 2)) == (["slow"], ["slower"], "nothing")
    assert len(host.trips) == 1
