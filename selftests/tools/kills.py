"""Kill the suite again and again on a live cloud, and see what it leaves. It is run by hand, as the operator:

`./lab/lab exec -- .venv/bin/python -m selftests.tools.kills --signal KILL --times 50 --seed 1 [-- PYTEST ARGS]`

In each round the suite is started, or several beside each other, and each gets the signal after a random time. After
KILL, `pytest --sweep` follows: every third time without the ledgers, by the tags alone (`--yes`). Then the cloud is
compared with what was there before the round.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import openstack
from openstack.connection import Connection

from fixtures.cloud.client import steadied
from fixtures.core.private_folder import PARENT, PREFIX
from fixtures.core.waiting import WaitFailed, wait_for
from lab.machines import machines
from selftests import ROOT
from selftests.tools.cloud_snapshot import Everything, differences, everything
from selftests.tools.swift_disks import containers_on_disk

TO_END = 1800
"""Seconds for the suite's own clean-up, and for a sweep."""
SSH_TO_END = 90
"""Seconds for shared connections to end by themselves: ControlPersist is 60 (testinfra: backend/ssh.py)."""
EVERY_THIRD = 3
SWIFT_NODE = "controller"
"""Of the lab."""


@dataclass
class Kill:
    """What one signal did."""

    number: int
    second: float
    """After the start."""
    gap: float
    """Seconds between the two of SIGINT."""
    was_running: bool = True
    exit_code: int | None = None
    """Of the suite; None if it did not end."""
    seconds_to_end: float = 0

    def __str__(self) -> str:
        ended = "" if self.was_running else " (it had ended by itself)"
        return (
            f"{self.number:3}. second {self.second:5.1f}{ended}: exit code {self.exit_code} "
            f"after {self.seconds_to_end:.0f} s"
        )


@dataclass
class Round:
    """What some suites left that ran beside each other."""

    kills: list[Kill]
    ledger: int = 0
    """Things that the ledgers knew of."""
    had_ledger: bool = True
    """Had the sweep the ledgers?"""
    sweep: int | None = None
    """Its exit code; None where none was needed."""
    sweep_seconds: float = 0
    connections: int = 0
    """Of ssh, still open after it all."""
    leaks: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    """What is gone or changed that was there before."""

    def __str__(self) -> str:
        swept = "" if self.sweep is None else f", sweep {self.sweep} in {self.sweep_seconds:.0f} s"
        how = "" if self.had_ledger else " by tags alone"
        told = (
            f"     ledger {self.ledger}{swept}{how}, {self.connections} connections of ssh, "
            f"{len(self.leaks)} leaks, {len(self.foreign)} foreign changes"
        )
        return "\n".join([*map(str, self.kills), told, *(f"     {line}" for line in [*self.leaks, *self.foreign])])


@dataclass
class Killer:
    """Everything for one round after the other."""

    cloud: Connection
    arguments: Sequence[str]
    number: signal.Signals
    within: float
    chance: random.Random
    folder: Path

    def round(self, numbers: Sequence[int], before: Everything, had_ledger: bool) -> tuple[Round, Everything]:
        """Start as many suites, end them, look; gives what there is now, for the next time."""
        kills = [Kill(each, self.chance.uniform(0, self.within), self.chance.uniform(0.1, 3)) for each in numbers]
        with ThreadPoolExecutor(max_workers=len(kills)) as pool:
            list(pool.map(self._kill, kills))
        done = Round(kills, had_ledger=had_ledger)
        self._sweep(done)
        after = _everything(self.cloud)
        found = differences(before, after)
        done.leaks = [line for line in found if line.startswith("added ")]
        done.foreign = [line for line in found if line not in done.leaks]
        done.connections = len(_connections())
        return done, after

    def _kill(self, kill: Kill) -> None:
        with self._suite(kill.number) as process:
            kill.was_running = _runs_for(process, kill.second)
            began = time.monotonic()
            process.send_signal(self.number)
            if self.number == signal.SIGINT:
                time.sleep(kill.gap)
                process.send_signal(self.number)
            kill.exit_code = _end_of(process)
        kill.seconds_to_end = time.monotonic() - began

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    @contextmanager
    def _suite(self, number: int) -> Iterator[subprocess.Popen[bytes]]:
        """The suite in a session of its own, as no terminal's Ctrl-C may reach it; ended whatever happens."""
        log = self.folder / f"{number}.log"
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-pno:cacheprovider",
            f"--report-dir={self.folder / f'report-{number}'}",
        ]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*words, *self.arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                _end_of(process)

    def _sweep(self, done: Round) -> None:
        ledgers = list((self.folder / "state").glob("*/*.jsonl"))
        done.ledger = sum('"made"' in line for file in ledgers for line in file.read_text().splitlines())
        if self.number != signal.SIGKILL:
            return
        if not done.had_ledger:
            for file in ledgers:
                file.unlink()
        began = time.monotonic()
        with (self.folder / f"{done.kills[0].number}-sweep.log").open("wb") as stream:
            words = [sys.executable, "-m", "pytest", "--sweep", *([] if done.had_ledger else ["--yes"])]
            swept = subprocess.run(words, cwd=ROOT, env=self._environment, stdout=stream, stderr=stream, timeout=TO_END)
        done.sweep, done.sweep_seconds = swept.returncode, time.monotonic() - began


def main() -> int:
    """Kill as often as asked for; 1 if anything was left or changed."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.kills")
    parser.add_argument("--signal", choices=["KILL", "TERM", "HUP", "INT"], default="KILL", help="INT is sent twice")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--beside", type=int, default=1, metavar="N", help="how many suites run at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=float, default=240, metavar="SECONDS", help="how long a run takes")
    parser.add_argument("--report", type=Path, metavar="FILE", help="where all is written as JSON")
    parser.add_argument("arguments", nargs="*", metavar="PYTEST ARGS", help="instead of the lab's workload checks")
    options = parser.parse_args()
    for ignored in (signal.SIGINT, signal.SIGHUP):  # what a shell's job ignores, the suite would ignore too
        signal.signal(ignored, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    print(f"the runs' output and ledgers are in {folder}", flush=True)
    number = signal.Signals[f"SIG{options.signal}"]
    arguments = options.arguments or _workload()
    cloud = steadied(openstack.connect())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the suite it has started is ended, too
    killer = Killer(cloud, arguments, number, options.within, random.Random(options.seed), folder)
    rounds: list[Round] = []
    try:
        before = _everything(cloud)
        for first in range(1, options.times + 1, options.beside):
            numbers = range(first, min(first + options.beside, options.times + 1))
            done, before = killer.round(numbers, before, had_ledger=(len(rounds) + 1) % EVERY_THIRD != 0)
            rounds.append(done)
            print(done, flush=True)
    except KeyboardInterrupt:
        print(f"Interrupted; `pytest --sweep` with XDG_STATE_HOME={folder}/state ends what a killed run left")
    finally:
        if options.report:
            options.report.write_text(json.dumps([asdict(each) for each in rounds], indent=1) + "\n")
    return _sum_up(rounds)


def _everything(cloud: Connection) -> Everything:
    return {**everything(cloud), "container on disk": containers_on_disk(SWIFT_NODE)}


def _workload() -> list[str]:
    files = sorted(ROOT.glob("tests/*/test_*_workload.py"))
    return [f"--hosts={','.join(machines())}", *(str(file.relative_to(ROOT)) for file in files)]


def _sum_up(rounds: Sequence[Round]) -> int:
    kills = [kill for each in rounds for kill in each.kills]
    leaks, foreign = sum(len(each.leaks) for each in rounds), sum(len(each.foreign) for each in rounds)
    failed = sum(bool(each.sweep) for each in rounds)
    stayed = sum(kill.exit_code is None for kill in kills)
    print(
        f"{len(kills)} kills, {len(rounds)} rounds: {leaks} leaks, {foreign} foreign changes, {failed} sweeps failed, "
        f"{stayed} runs did not end; {_ssh_to_end()} connections of ssh and {len(_folders())} folders "
        f"{PARENT / PREFIX}… are left"
    )
    return 1 if leaks or foreign or failed or stayed else 0


def _runs_for(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Does it still run after so long?"""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end_of(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        return None


def _connections() -> list[str]:
    """The PIDs of ssh with a shared connection of the suite's."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace")
        except OSError:  # it has just ended
            continue
        if words.startswith("ssh") and str(PARENT / PREFIX) in words:
            found.append(file.parent.name)
    return found


def _folders() -> list[Path]:
    return list(PARENT.glob(f"{PREFIX}*"))


def _ssh_to_end() -> int:
    """How many connections are left when they have had their time."""
    try:
        wait_for("shared connections to end", _connections, lambda left: not left, SSH_TO_END, fix="kill them")
    except (WaitFailed, KeyboardInterrupt):
        return len(_connections())
    return 0


if __name__ == "__main__":
    sys.exit(main())
