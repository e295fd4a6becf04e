"""Break the lab in every known way, and see whether the suite names each: python -m faults.drill [NAME…]."""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from faults import trial
from faults.lab_commands import lab, stop_in_order
from faults.trial import Trial
from lab import faults
from lab.errors import LabError
from lab.machines import chosen

FILE = "drill.json"
"""In reports/; docs/verdict.md describes it."""
SCHEMA = 1
OF_DAY = "OF-DAY"
A_DAY = 2
"""Faults of a part; each takes about four minutes, and `make test` has eight for them."""
MENDED = "what was broken has been mended"
GOALS = {"median": 60, "worst": 180}
"""Seconds until the cause is told, as it is at once; which of several it is, the end of the run tells."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the chosen faults; 0 if each was named as it should be, 1 if not, 2 if none of them could be tried."""
    try:
        options = _parser().parse_args(arguments)
        runs = _runs(_chosen(options), together=options.together)
        _require_whole()
    except LabError as problem:
        print("\n".join(f"drill: {line}" for line in str(problem).splitlines()), file=sys.stderr)
        return 2
    stop_in_order()
    trials: list[Trial] = []
    try:
        for number, there in enumerate(runs, 1):
            for fault in there:
                print(f"drill: {number}/{len(runs)} {fault.name}: {fault.title}", flush=True)
            trials += _tried(there)
    except KeyboardInterrupt:
        print(f"\ndrill: interrupted; {_left()}", file=sys.stderr)
        return 130
    finally:
        if trials:
            _write(trials)
    print(table(trials))
    return 0 if all(each.is_good for each in trials) else 1


def of_day(names: Sequence[str], day: int) -> list[str]:
    """The part of a day: after as many days as there are parts all have come round.

    Args:
        day: such as the date's ordinal.
    """
    count = parts(names)
    return list(names[day % count :: count])


def parts(names: Sequence[str]) -> int:
    """Into how many parts the catalogue is cut."""
    return math.ceil(len(names) / A_DAY)


def table(trials: Sequence[Trial]) -> str:
    """What came of the trials, a line each, and a line of sums."""
    width = max(len(each.name) for each in trials)
    lines = [f"{'fault':{width}}  row      caught  right  others           to cause  seconds  healthy after"]
    for each in trials:
        cause = "-" if each.seconds_to_cause is None else f"{each.seconds_to_cause:.0f}"
        told = f"{_yes(each.caught):6}  {_yes(each.right):5}  {','.join(each.others) or '-':15}  {cause:>8}"
        after = f"{each.seconds:7.0f}  {_yes(each.healthy)} {each.trouble}".rstrip()
        lines.append(f"{each.name:{width}}  {each.row:7}  {told}  {after}")
    return "\n".join([*lines, _sums(trials)])


def _sums(trials: Sequence[Trial]) -> str:
    to_cause = [each.seconds_to_cause for each in trials if each.seconds_to_cause is not None]
    return (
        f"{len(trials)} faults: {sum(each.caught for each in trials)} caught, "
        f"{sum(each.right and not each.others for each in trials)} with the right row as the only root cause, "
        f"{sum(len(each.others) for each in trials)} false alarms; seconds until the cause was told: "
        f"{_median_and_worst(to_cause)} (goals: {GOALS['median']}, {GOALS['worst']}); to the end of the run: "
        f"{_median_and_worst([each.seconds for each in trials])}"
    )


def _median_and_worst(seconds: Sequence[float]) -> str:
    return f"median {statistics.median(seconds):.0f}, worst {max(seconds):.0f}" if seconds else "never"


def _tried(there: Sequence[faults.Fault]) -> list[Trial]:
    began = time.monotonic()
    done = trial.tried(*there)
    folder = trial.folder_of(there)
    for each in done:
        seen = "as it should be" if each.is_good else f"NOT as it should be: see {folder}"
        print(f"drill: {each.name}: {seen} ({time.monotonic() - began:.0f} s in all)", flush=True)
    if not all(each.healthy for each in done):
        print("drill: the lab is reset, so that the next fault finds it healthy", flush=True)
        lab("reset", output=folder / "output.txt")
    return done


def _left() -> str:
    there = faults.broken()
    return f"{', '.join(there)} could not be mended: './lab/lab mend' tries again" if there else MENDED


def _require_whole() -> None:
    if there := faults.broken():
        raise LabError(f"the lab has {', '.join(there)} already: './lab/lab mend' mends it")


def _chosen(options: argparse.Namespace) -> list[faults.Fault]:
    here = faults.here()
    names = list(here)
    if options.part:
        day, count = date.today().toordinal() if options.part == OF_DAY else int(options.part), parts(names)
        names = of_day(names, day)
        print(f"drill: part {day % count} of {count} (0 to {count - 1}): {', '.join(names)}", flush=True)
    return [here.get(name) or faults.named(name) for name in options.names or names]


def _runs(chosen: Sequence[faults.Fault], together: bool) -> list[Sequence[faults.Fault]]:
    return [chosen] if together else [[fault] for fault in chosen]


def _write(trials: Sequence[Trial]) -> None:
    told = {"schema": SCHEMA, "cloud": chosen(), "faults": [asdict(each) for each in trials]}
    (trial.FOLDER.parent / FILE).write_text(json.dumps(told, indent=2) + "\n")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _part(given: str) -> str:
    if given != OF_DAY and not given.isdecimal():
        raise argparse.ArgumentTypeError(f"{given!r} is neither {OF_DAY} nor a number")
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults.drill", description=__doc__)
    parser.add_argument("--together", action="store_true", help="one run that has all of them to name")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("names", nargs="*", default=[], metavar="NAME", help="a fault; without any, all")
    which.add_argument("--part", type=_part, metavar=OF_DAY, help="the part of today, or that of a number")
    return parser


if __name__ == "__main__":
    sys.exit(main())
