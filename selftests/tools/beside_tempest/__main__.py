"""Tempest's scenarios and this suite's rows that prove the same, on one cloud in the same minutes: what each took.

`.venv/bin/python -m selftests.tools.beside_tempest --install`, once, on this machine's own side: Tempest comes into a
virtual environment of its own. Then, with an operator's credentials (OS_CLOUD, or OS_* variables),

`./lab/lab exec -- .venv/bin/python -m selftests.tools.beside_tempest [--rounds 2] [-- PYTEST ARGS]`

runs both, one after the other, in every second round in the other order, and prints a table: seconds, servers that were
asked for, API calls, and what is in the cloud afterwards that was not before. Nobody else should use the cloud
meanwhile. The suite is given no nodes, so that both know the same; `-- --hosts=…` gives it some. tempest.conf has the
operator's password: it is in a folder that only its owner can read, and goes with it. What both said, without secrets,
is in reports/beside-tempest. Exit codes: 0 both passed and left nothing, 1 not so, 2 it cannot be done.
"""

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import openstack
from keystoneauth1.exceptions import ClientException
from openstack.exceptions import ConfigException, SDKException

from fixtures.cloud.client import steadied
from fixtures.core.known_secrets import know
from fixtures.core.redaction import redact
from selftests import ROOT
from selftests.tools.beside_tempest import both, facts, scenarios
from selftests.tools.beside_tempest.told import Outcome, table

TEMPEST = "tempest==47.0.0"
"""What was tried; it tests all releases of OpenStack that are maintained, and mostly works with older ones."""
VENV = Path("~/.cache/openstack-acceptance/tempest").expanduser()
REPORT = ROOT / "reports" / "beside-tempest"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked for; the exit code."""
    given = _parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)  # so that what was started is ended, and the password removed
    try:
        return _install(given.venv) if given.install else _compare(given)
    except KeyboardInterrupt:
        print("\nbeside tempest: interrupted; what Tempest has left is told above", file=sys.stderr)
        return 130
    except (facts.CannotBeginError, ConfigException, SDKException, ClientException, OSError) as problem:
        print(f"beside tempest: {redact(str(problem))}", file=sys.stderr)
        return 2


def _install(venv: Path) -> int:
    for words in (
        [sys.executable, "-m", "venv", str(venv)],
        [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", TEMPEST],
    ):
        if code := subprocess.run(words).returncode:
            print(f"beside tempest: '{' '.join(words)}' failed with {code}", file=sys.stderr)
            return 2
    return 0


def _compare(given: argparse.Namespace) -> int:
    if not (given.venv / "bin" / "tempest").exists():
        raise facts.CannotBeginError(
            f"no Tempest in {given.venv}. Fix: run this with --install, where there is a network"
        )
    if not given.image or not given.image.is_file():
        raise facts.CannotBeginError("no guest image. Fix: give --image=FILE, or GUEST_IMAGE")
    cloud = steadied(openstack.connect())
    known = facts.read(cloud, given.external_network)
    know(known.password)
    pair = both.Both(
        cloud=cloud,
        facts=known,
        image=given.image.resolve(),
        user=given.image_user,
        ram=given.flavor_ram,
        scale=given.timeout_scale,
        venv=given.venv,
        name=TEMPEST.replace("==", " "),
        regex=scenarios.ALL if given.all else scenarios.regex(given.scenario or list(scenarios.PROVEN_BY)),
        exclude=given.exclude,
        concurrency=given.concurrency,
        rows=scenarios.rows(given.scenario or list(scenarios.PROVEN_BY)),
        arguments=given.arguments,
    )
    return pair.list_tests() if given.list else _rounds(pair, given.rounds)


def _rounds(pair: both.Both, rounds: int) -> int:
    tempests: list[Outcome] = []
    suites: list[Outcome] = []
    try:
        for number in range(1, rounds + 1):
            folder = both.emptied(REPORT / f"round-{number}")
            runs = [(tempests, pair.tempest), (suites, pair.suite)]
            for outcomes, run in runs if number % 2 else reversed(runs):
                print(f"round {number}: {run.__name__}; its output goes to {folder}", flush=True)
                outcomes.append(run(folder))
    finally:
        if found := [*tempests, *suites]:
            print(redact(table(tempests, suites)), flush=True)
            (REPORT / "outcomes.json").write_text(
                redact(json.dumps([*map(dataclasses.asdict, found)], indent=1)) + "\n"
            )
    return 1 if any(each.exit_code or each.left for each in found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.beside_tempest", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    told = os.environ.get
    parser.add_argument(
        "--install", action="store_true", help=f"install {TEMPEST} into the virtual environment, no more"
    )
    parser.add_argument("--venv", type=Path, default=VENV, metavar="FOLDER", help=f"of Tempest; default {VENV}")
    parser.add_argument(
        "--list", action="store_true", help="list the tests of Tempest that would be run; changes nothing"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--scenario", action="append", choices=scenarios.PROVEN_BY, metavar="NAME", help="only this one"
    )
    parser.add_argument("--all", action="store_true", help="all of tempest.scenario that fits the cloud; the rows stay")
    parser.add_argument("--exclude", default="", metavar="REGEX", help="of tests of Tempest")
    parser.add_argument("--concurrency", type=int, default=os.cpu_count(), help="of Tempest; default as Tempest's own")
    parser.add_argument("--image", type=Path, default=told("GUEST_IMAGE"), metavar="FILE", help="default GUEST_IMAGE")
    parser.add_argument("--image-user", default=told("IMAGE_USER") or "cirros", metavar="USER")
    parser.add_argument("--flavor-ram", type=int, default=int(told("FLAVOR_RAM") or 0), metavar="MIB")
    parser.add_argument("--external-network", default=told("EXTERNAL_NETWORK") or "", metavar="NAME")
    parser.add_argument("--timeout-scale", type=float, default=float(told("TIMEOUT_SCALE") or 1), metavar="FACTOR")
    parser.add_argument("arguments", nargs="*", metavar="PYTEST ARGS", help="of the suite, after --")
    return parser


if __name__ == "__main__":
    sys.exit(main())
