"""Run the whole suite again and again on a lab under pressure: a healthy cloud must pass, however slow it is.

`./lab/lab exec -- .venv/bin/python -m selftests.tools.pressure --times 20 --seed 1 [-- PYTEST ARGS]`

In each run some APIs answer late (spoiling_proxy.py), and the machines share the processors with busy loops
(slowed_machines.py); its seed says which and how much, and `--only-seed` plays that run again. What a run
leaves is in reports/pressure/seed-…: output.txt, verdict.json, results.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.machines import machines
from selftests import ROOT
from selftests.tools import slowed_machines

FOLDER = ROOT / "reports" / "pressure"
HOSTS = f"--hosts={','.join(machines())}"
TO_END = 1800
"""Seconds for the suite's own clean-up."""
NICEST = 6
"""Of a machine; beside a busy loop on each processor that leaves it a fifth of one, beside guests that boot as well a
twentieth: a cloud for which an operator gives --timeout-scale, as can be done here behind the --."""


@dataclass(frozen=True)
class Pressure:
    """What one run has to bear."""

    seed: int
    niceness: dict[str, int]
    """Of each machine."""
    competitors: int
    """Busy loops."""
    delay_share: float
    """Of a slow API's calls."""
    delay: float
    """Seconds at most."""

    def __str__(self) -> str:
        slow = ", ".join(f"{name} nice {number}" for name, number in self.niceness.items())
        return (
            f"seed {self.seed}: {slow}; {self.competitors} busy loops; "
            f"{self.delay_share:.0%} of slow APIs' calls delayed by up to {self.delay:.1f} s"
        )


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    seed: int
    exit_code: int
    seconds: float
    passed: int
    failed: int
    skipped: int
    blocked: int
    message: str
    """Of the first failure; empty without one."""


def pressure_of(seed: int, names: Sequence[str], longest: float, processors: int) -> Pressure:
    """The same for the same seed.

    Args:
        names: of the machines.
        longest: seconds, of a call's delay.
    """
    chance = random.Random(seed)
    return Pressure(
        seed=seed,
        niceness={name: chance.randint(0, NICEST) for name in names},
        competitors=chance.randint(0, processors),
        delay_share=chance.uniform(0.1, 0.6),
        delay=chance.uniform(longest / 4, longest),
    )


def main() -> int:
    """Run as often as asked for; 1 if any run did not pass."""
    options = _parser().parse_args()
    seeds = [options.only_seed] if options.only_seed is not None else range(options.seed, options.seed + options.times)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)  # so that the suite is ended, and the slowing undone
    outcomes: list[Outcome] = []
    try:
        for seed in seeds:
            pressure = pressure_of(seed, list(machines()), options.delay, os.cpu_count() or 1)
            print(pressure, flush=True)
            outcomes.append(run_once(pressure, options.arguments))
            print(f"    exit code {outcomes[-1].exit_code} {outcomes[-1].message}".rstrip(), flush=True)
    except ChildProcessError as problem:
        print(f"pressure: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\npressure: interrupted; nothing is slowed any more", file=sys.stderr)
        return 130
    finally:
        if outcomes:
            print(table(outcomes), flush=True)
    return 1 if any(each.exit_code for each in outcomes) else 0


def run_once(pressure: Pressure, arguments: Sequence[str]) -> Outcome:
    """One whole run of the suite; what it leaves is in a folder of its own.

    Raises:
        ChildProcessError: the machines cannot be slowed.
    """
    folder = FOLDER / f"seed-{pressure.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "pressure.txt").write_text(f"{pressure}\n")
    began = time.monotonic()
    with slowed(pressure):
        code = suite(behind_proxy(pressure), arguments, folder)
    return outcome(pressure.seed, code, time.monotonic() - began, folder)


def behind_proxy(pressure: Pressure) -> list[str]:
    """The words before a command whose calls are delayed."""
    chosen = {"share": 0, "delay-share": pressure.delay_share, "delay": pressure.delay, "seed": pressure.seed}
    return [
        sys.executable,
        "-m",
        "selftests.tools.spoiling_proxy",
        *(f"--{key}={value}" for key, value in chosen.items()),
    ]


def suite(before: Sequence[str], arguments: Sequence[str], folder: Path) -> int:
    """Run the suite, what it writes in a folder; pytest's exit code."""
    pytest = [sys.executable, "-m", "pytest", HOSTS, f"--report-dir={folder}", *arguments]
    with (folder / "output.txt").open("wb") as output:
        return _ended([*before, "--", *pytest], output.fileno())


def _ended(words: Sequence[str], output: int) -> int:
    """Run a command out of the terminal's reach; one that is interrupted is told so, and has its time to end."""
    with subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=output, start_new_session=True) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait(TO_END)
            raise


@contextmanager
def slowed(pressure: Pressure) -> Iterator[None]:
    """The machines are slow meanwhile; undone by a process of its own, even if this one is killed.

    Raises:
        ChildProcessError: they cannot be slowed.
    """
    wanted = [f"{name}={number}" for name, number in pressure.niceness.items()]
    words = [sys.executable, "-m", slowed_machines.__name__, f"--competitors={pressure.competitors}", *wanted]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdin and process.stdout, "both are pipes"
        try:
            if process.stdout.readline().strip() != slowed_machines.READY:
                raise ChildProcessError("the machines could not be slowed")
            yield
        finally:
            process.stdin.close()


def outcome(seed: int, code: int, seconds: float, folder: Path) -> Outcome:
    """What a run's verdict says; of a run without one, its last line."""
    verdict = _verdict(folder)
    failures = verdict.get("failures", [])
    return Outcome(
        seed=seed,
        exit_code=code,
        seconds=seconds,
        passed=verdict.get("passed", 0),
        failed=len(failures),
        skipped=len(verdict.get("skipped", {})),
        blocked=len(verdict.get("blocked", {})),
        message=_first(failures) if failures else (_last_line(folder) if code else ""),
    )


def _verdict(folder: Path) -> dict[str, Any]:
    file = folder / "verdict.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _first(failures: Sequence[dict[str, Any]]) -> str:
    return f"{failures[0]['row']}: {failures[0]['message'].partition(chr(10))[0]}"


def _last_line(folder: Path) -> str:
    lines = (folder / "output.txt").read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each run, and one of sums."""
    lines = ["run   seed  exit code  seconds  passed  failed  skipped  blocked  first failure"]
    for number, each in enumerate(outcomes, 1):
        counts = f"{each.passed:6}  {each.failed:6}  {each.skipped:7}  {each.blocked:7}"
        line = f"{number:3}  {each.seed:5}  {each.exit_code:9}  {each.seconds:7.0f}  {counts}  {each.message}"
        lines.append(line.rstrip())
    bad = [str(each.seed) for each in outcomes if each.exit_code]
    sums = f"{len(outcomes)} runs under pressure, {len(bad)} did not pass"
    return "\n".join([*lines, f"{sums}: --only-seed={' or '.join(bad)} plays one again" if bad else sums])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.pressure")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each further one has the next number")
    parser.add_argument("--only-seed", type=int, metavar="SEED", help="play one run again")
    parser.add_argument("--delay", type=float, default=4, metavar="SECONDS", help="of a call at most; default 4")
    parser.add_argument("arguments", nargs="*", metavar="PYTEST ARGS", help="after --, such as --timeout-scale=2")
    return parser


if __name__ == "__main__":
    sys.exit(main())
