from fixtures.report.row_states import row_states
from fixtures.verdict.verdict import PROGRAM, Failure, Verdict

ROWS = {"a": ["NOVA-3"], "b": ["NOVA-3"], "c": ["NOVA-14"], "d": ["CIN-1", "CIN-2"]}


def test_what_passed_does_and_what_only_does_not_apply_is_skipped() -> None:
    verdict = Verdict(skipped={"a": "no", "d": "no"})
    assert row_states(verdict, ROWS, ["b", "c"]) == {
        "CIN-1": "skipped",
        "CIN-2": "skipped",
        "NOVA-14": "passed",
        "NOVA-3": "passed",
    }


def test_what_read_only_left_out_is_not_known_unless_the_rest_passed() -> None:
    verdict = Verdict(skipped={"a": "--read-only", "c": "--read-only", "d": "no"})
    states = row_states(verdict, ROWS, ["b"], ["a", "c"])
    assert states == {"CIN-1": "skipped", "CIN-2": "skipped", "NOVA-14": "unknown", "NOVA-3": "passed"}


def test_the_worst_counts() -> None:
    verdict = Verdict(failures=[Failure("NOVA-3", "a", "bad"), Failure("NOVA-14", "c", "no")], blocked={"d": "x"})
    assert row_states(verdict, ROWS, ["b"]) == {
        "CIN-1": "blocked",
        "CIN-2": "blocked",
        "NOVA-14": "consequence",
        "NOVA-3": "cause",
    }


def test_a_part_of_a_row_that_is_a_cause_makes_it_one() -> None:
    failures = [Failure("NEU-17.workload", "x", "bad")]
    assert row_states(Verdict(failures=failures), {}, []) == {"NEU-17": "cause"}


def test_of_what_a_program_was_missing_for_nothing_is_known() -> None:
    failures = [Failure(PROGRAM, "a", "no such program", unknown=("NOVA-3",))]
    states = row_states(Verdict(failures=failures), ROWS, ["b"])
    assert (states["NOVA-3"], states[PROGRAM]) == ("unknown", "cause")
