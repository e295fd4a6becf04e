import pytest
import testinfra

from fixtures.core.programs import MissingProgram
from fixtures.nodes import facts
from fixtures.nodes.checked_host import CheckedHost, checked
from fixtures.nodes.facts import Facts, fact


class CountedHost(CheckedHost):
    """This machine, which counts how often it is asked."""

    trips = 0

    def try_run(self, *args: object, **kwargs: object) -> object:
        self.trips += 1
        return super().try_run(*args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_other_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those of the test."""
    monkeypatch.setattr(facts, "ALL", {})


@pytest.fixture
def host() -> CountedHost:
    return CountedHost(testinfra.get_host("local://").backend)


def test_all_are_read_in_one_round_trip(host: CountedHost) -> None:
    words = fact("words", "printf 'one\\ntwo\\n'", str.split)
    number = fact("number", "echo 5", int)
    read = Facts(host)
    assert read[words] == ["one", "two"]
    assert read[number] == 5
    assert host.trips == 1


def test_nothing_is_asked_before_the_first_is_needed(host: CountedHost) -> None:
    fact("words", "echo one", str.split)
    Facts(host)
    assert host.trips == 0


@pytest.mark.parametrize("text", ["", "it's $HOME `id` \\ 100%s\n", "two\n\nlines\n", "naïve ☃\n", "no end"])
def test_what_is_printed_comes_as_it_is(host: CountedHost, text: str) -> None:
    quoted = text.replace("'", "'\\''")
    assert Facts(host)[fact("text", f"printf %s '{quoted}'", str)] == text


def test_what_is_not_utf_8_is_still_text(host: CountedHost) -> None:
    assert Facts(host)[fact("text", "printf '\\377x'", str)] == "\N{REPLACEMENT CHARACTER}x"


def test_one_that_fails_leaves_the_others(host: CountedHost) -> None:
    bad = fact("bad", "echo no such thing >&2; exit 3", str)
    good = fact("good", "echo yes; echo mind >&2", str.strip)
    read = Facts(host)
    assert read[good] == "yes"
    with pytest.raises(AssertionError, match="ended with exit code 3: no such thing"):
        read[bad]


def test_one_that_reads_its_input_or_ends_the_shell_leaves_the_others(host: CountedHost) -> None:
    fact("greedy", "cat; exit 7", str)
    assert Facts(host)[fact("good", "echo yes", str.strip)] == "yes"


def test_a_program_that_is_missing_is_told(host: CountedHost) -> None:
    with pytest.raises(MissingProgram, match="no-such-thing: no such program"):
        Facts(host)[fact("bad", "no-such-thing --now", str)]


def test_in_the_words_of_any_login_shell() -> None:
    told = Facts(checked(testinfra.get_host("local://")))[fact("told", "echo 'a!b' \"$LC_ALL\"", str.split)]
    assert told == ["a!b", "C"]
