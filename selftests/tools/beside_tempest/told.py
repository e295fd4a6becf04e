"""What Tempest and the suite say of their own runs."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selftests.tools.beside_tempest.scenarios import PROVEN_BY

RESULT = re.compile(
    r"^\{\d+\} (?P<test>.+?)(?: \[(?P<seconds>[\d.]+)s\S*\])? \.\.\. (?P<state>ok|FAILED|SKIPPED)(?:: (?P<why>.*))?$"
)
"""Source: stestr/subunit_trace.py, show_outcome."""
REQUEST = re.compile(r" tempest\.lib\.common\.rest_client .*\bRequest \(.*\): \d+ (?P<method>[A-Z]+) (?P<url>\S+)")
"""Source: tempest/lib/common/rest_client.py, _log_request; one line for each answer, whoever asked."""
SCENARIO = re.compile(r"tempest\.scenario\.(\w+)\.")
LAST_LINE = re.compile(r"^run \d+ s; .*API calls (\d+).*servers booted (\d+)", re.M)
"""The suite's own; see docs/timing.md."""


@dataclass(frozen=True)
class Test:
    """One of Tempest's, or what it does before and after a class of them."""

    name: str
    state: str
    """ok, FAILED or SKIPPED."""
    seconds: float
    why: str
    """It was skipped, or what it failed with."""


@dataclass
class Outcome:
    """What one run took, and what came of it."""

    who: str
    exit_code: int
    seconds: float
    calls: int
    servers: int
    """Asked for."""
    passed: int
    failed: int
    skipped: int
    by_part: dict[str, str] = field(default_factory=dict)
    """By scenario, or by row: what came of it."""
    failures: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """A line for each thing in the cloud that is new, gone or changed."""


def tempest(output: str, log: str, exit_code: int, seconds: float, who: str) -> Outcome:
    """Out of what `tempest run` prints, and out of its log."""
    tests, requests = results(output), list(REQUEST.finditer(log))
    return Outcome(
        who=who,
        exit_code=exit_code,
        seconds=seconds,
        calls=len(requests),
        servers=sum(map(_asks_for_a_server, requests)),
        passed=_count(tests, "ok"),
        failed=_count(tests, "FAILED"),
        skipped=_count(tests, "SKIPPED"),
        by_part={name: _summary(these) for name, these in _by_scenario(tests).items()},
        failures=[f"{test.name}: {test.why}" for test in tests if test.state == "FAILED"],
    )


def _asks_for_a_server(request: re.Match[str]) -> bool:
    """As the suite counts its own, see fixtures/core/request_stats.py."""
    return request["method"] == "POST" and request["url"].partition("?")[0].endswith("/servers")


def results(output: str) -> list[Test]:
    """Each test once, in the order in which they ended."""
    errors = _last_errors(output)
    return [
        Test(
            found["test"],
            found["state"],
            float(found["seconds"] or 0),
            found["why"] or errors.get(found["test"], ""),
        )
        for line in output.splitlines()
        if (found := RESULT.match(line))
    ]


def _last_errors(output: str) -> dict[str, str]:
    """By test, the last line of its traceback, of the part that tells of all failures together."""
    errors: dict[str, str] = {}
    test, is_traceback = "", False
    lines = output.partition("output below:")[2].partition("\n======\nTotals\n")[0].splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if below and set(below) == {"-"} and len(below) == len(line):
            test, is_traceback = line.partition("[")[0], False
        elif line.startswith("Captured "):
            is_traceback = line.startswith("Captured traceback")
        elif is_traceback and line.strip() and set(line.strip()) != {"~"}:
            errors[test] = line.strip()
    return errors


def _by_scenario(tests: Sequence[Test]) -> dict[str, list[Test]]:
    found: dict[str, list[Test]] = {}
    for test in tests:
        if scenario := SCENARIO.search(test.name):
            found.setdefault(scenario[1], []).append(test)
    return found


def _count(tests: Iterable[Test], state: str) -> int:
    return sum(test.state == state for test in tests)


def _summary(tests: Sequence[Test]) -> str:
    counts = {
        name: _count(tests, state) for name, state in (("passed", "ok"), ("failed", "FAILED"), ("skipped", "SKIPPED"))
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{sum(test.seconds for test in tests):.0f} s, {told}"


def suite(output: str, folder: Path, exit_code: int, seconds: float) -> Outcome:
    """Out of the suite's last line and its verdict.json; of a run that has none, its last line is the failure."""
    file = folder / "verdict.json"
    verdict = json.loads(file.read_text()) if file.exists() else {}
    last = LAST_LINE.search(output)
    failures = [f"{each['row']}: {each['message'].partition(chr(10))[0]}" for each in verdict.get("failures", [])]
    if exit_code and not failures:
        failures = [next((line for line in reversed(output.splitlines()) if line.strip()), f"exit code {exit_code}")]
    return Outcome(
        who="this suite",
        exit_code=exit_code,
        seconds=seconds,
        calls=int(last[1]) if last else 0,
        servers=int(last[2]) if last else 0,
        passed=verdict.get("passed", 0),
        failed=len(verdict.get("failures", [])) + len(verdict.get("blocked", {})),
        skipped=len(verdict.get("skipped", {})),
        by_part=dict(verdict.get("rows", {})),
        failures=failures,
    )


def table(tempests: Sequence[Outcome], suites: Sequence[Outcome]) -> str:
    """A line for each run, then what came of each scenario beside its rows, what failed, and what was left."""
    outcomes = [*tempests, *suites]
    width = max(len(each.who) for each in outcomes)
    lines = [f"{'':{width}}  exit code  seconds  servers  API calls  passed  failed  skipped  left behind"]
    for each in outcomes:
        counts = f"{each.passed:6}  {each.failed:6}  {each.skipped:7}  {len(each.left):11}"
        took = f"{each.exit_code:9}  {each.seconds:7.0f}  {each.servers:7}  {each.calls:9}"
        lines.append(f"{each.who:{width}}  {took}  {counts}")
    lines += ["", *_side_by_side(tempests, suites)]
    for each in outcomes:
        lines += [f"{each.who} failed: {line}" for line in each.failures]
        lines += [f"{each.who} left: {line}" for line in each.left]
    return "\n".join(lines)


def _side_by_side(tempests: Sequence[Outcome], suites: Sequence[Outcome]) -> list[str]:
    """A line for each scenario, with what the suite's latest run says of the same."""
    rows = suites[-1].by_part if suites else {}
    lines = []
    for scenario, came in (item for each in tempests for item in each.by_part.items()):
        same = ", ".join(f"{row} {rows.get(row, 'not run')}" for row in PROVEN_BY.get(scenario, ()))
        lines.append(f"{scenario}: {came}; this suite: {same or 'no row proves it'}")
    return lines
