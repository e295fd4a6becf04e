"""`openstack-acceptance run`: the checks."""

import re
import subprocess
import sys
from collections.abc import Sequence

import click

from openstack_acceptance.row_names import rows_or_files
from openstack_acceptance.suite import PASSED_ON, run_pytest

HELP = """Usage: openstack-acceptance run [PYTEST OPTIONS] [TESTS]

  Run the checks, as `pytest` does in the checkout: every option of pytest's holds (-k, -m, -x, -v, --junitxml, -n …);
  `openstack-acceptance run -h` shows them all. TESTS are such as tests/network; all, if none is named.

  Exit codes are pytest's: 0 passed, 1 something failed, 2 interrupted, 3 internal error, 4 the run could not begin,
  5 no check was selected.
"""
OURS = re.compile(r"^OpenStack acceptance$.*?(?=^\[pytest\] |\Z)", re.MULTILINE | re.DOTALL)
"""The suite's part of pytest's own help."""


@click.command(context_settings=PASSED_ON, add_help_option=False, short_help="Run the checks; all of pytest's options.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, shell_complete=rows_or_files)
def run(options: Sequence[str]) -> int:
    """Run pytest, or say how."""
    return _help() if options[:1] == ("--help",) else run_pytest("openstack-acceptance run", options)


def _help() -> int:
    """Of pytest's own only the suite's part."""
    ask = [sys.executable, "-m", "openstack_acceptance", "run", "-h"]
    done = subprocess.run(ask, stdout=subprocess.PIPE, text=True)
    found = OURS.search(done.stdout)
    click.echo(f"{HELP}\n{found[0].strip() if found else done.stdout}")
    return done.returncode
