"""Write down what the suite said of the healthy lab, and which faults it named: python -m faults.seen [--compare].

Read are reports/latest/verdict.json, of a whole run on the healthy lab, and reports/drill.json. Written is
docs/seen/CLOUD.json, for docs/clouds.md. With --compare nothing is written: what is skipped now is compared with what
was skipped then, as a check that is skipped could be a gap.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from faults.trial import Trial
from lab.machines import chosen, clouds
from lab.paths import CHECKOUT

FOLDER = CHECKOUT / "docs" / "seen"
VERDICT = CHECKOUT / "reports" / "latest" / "verdict.json"
DRILL = CHECKOUT / "reports" / "drill.json"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""A resource's, which is another in each run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare; 0, or 1 where the run was not green, or skipped other checks."""
    parser = argparse.ArgumentParser(prog="python -m faults.seen", description=__doc__)
    parser.add_argument("verdict", nargs="?", type=Path, default=VERDICT, metavar="VERDICT", help="the run's file")
    parser.add_argument("--compare", action="store_true", help="write nothing; compare what is skipped")
    options = parser.parse_args(arguments)
    verdict, file = json.loads(options.verdict.read_text()), FOLDER / f"{chosen()}.json"
    if verdict["exit_code"] != 0:
        print(f"the run of {options.verdict} was not green: exit code {verdict['exit_code']}", file=sys.stderr)
        return 1
    before = json.loads(file.read_text()) if file.exists() else {}
    if options.compare:
        now = skipped(verdict)
        changes = differences(before.get("skipped", {}), now)
        print("\n".join(changes) or f"the same {len(now)} checks are skipped")
        return 1 if changes else 0
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(seen(verdict, before), indent=2, ensure_ascii=False) + "\n")
    print(f"written: {file}")
    return 0


def seen(verdict: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What there is to be told of the present cloud.

    Args:
        verdict: of a run on the healthy cloud.
        before: what was told of it; a fault that was named once counts until it is tried again.
    """
    drill: dict[str, Any] = json.loads(DRILL.read_text()) if DRILL.exists() else {}
    trials = drill["faults"] if drill.get("cloud") == chosen() else []
    tried = {each["name"]: Trial(**each).is_good for each in trials}
    drilled = {**dict.fromkeys(before.get("drilled", ()), True), **tried}
    return {
        "cloud": chosen(),
        "title": clouds()[chosen()],
        "passed": verdict["passed"],
        "skipped": skipped(verdict),
        "drilled": sorted(name for name, is_good in drilled.items() if is_good),
    }


def skipped(verdict: Mapping[str, Any]) -> dict[str, str]:
    """Why each check was skipped, by its name; without what is another in each run."""
    return {test: ID.sub("…", why) for test, why in sorted(verdict["skipped"].items())}


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is skipped now and was not, and the other way round; a line each."""
    return [
        *(f"skipped now: {test}: {why}" for test, why in now.items() if before.get(test) != why),
        *(f"not skipped any more: {test}: {why}" for test, why in before.items() if test not in now),
    ]


if __name__ == "__main__":
    sys.exit(main())
