import re
from typing import Any

from fixtures.report.categories import categories
from fixtures.report.outcomes import LABEL
from fixtures.verdict.verdict import CLEAN_UP, Failure, Verdict


def verdict(*keys: str) -> Verdict:
    return Verdict(failures=[Failure(key, "a test", key) for key in keys])


def taker(rules: list[dict[str, Any]], key: str) -> str:
    failed = [rule for rule in rules if LABEL in rule["matchers"].get("labels", {})]
    return str(next(rule["name"] for rule in failed if re.search(rule["matchers"]["labels"][LABEL], key)))


def test_each_cause_has_its_own_and_what_follows_has_one() -> None:
    rules = categories(verdict("NOVA-14", "NOVA-15", "NOVA-12", "NEU-8.api", CLEAN_UP))
    assert taker(rules, "NOVA-12").startswith("1. NOVA-12 ")
    assert taker(rules, "NEU-8.api").startswith("2. NEU-8 ")
    assert taker(rules, CLEAN_UP).startswith("3. What the run made")
    assert taker(rules, "NOVA-14") == taker(rules, "NOVA-15") == "What followed from that"


def test_where_the_cause_was_not_found_the_name_says_so() -> None:
    failures = [Failure("NOVA-14", "a test", "ERROR", symptom=True), Failure("SWI-3", "a test", "stopped")]
    names = [rule["name"] for rule in categories(Verdict(failures=failures))]
    assert [name.endswith(": cause not found") for name in names[:2]] == [True, False]


def test_causes_are_open_and_the_blocked_come_last() -> None:
    rules = categories(verdict("NOVA-6"))
    assert [bool(rule.get("expand")) for rule in rules] == [True, False, False]
    assert rules[-1]["matchers"] == {"statuses": ["skipped"], "message": "blocked by "}
