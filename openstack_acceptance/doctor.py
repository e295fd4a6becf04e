"""`openstack-acceptance doctor`: can a run begin?"""

from collections.abc import Sequence

import click

from openstack_acceptance.row_names import rows_or_files
from openstack_acceptance.suite import PASSED_ON, run_pytest


@click.command(context_settings=PASSED_ON, short_help="Look whether a run can begin: this machine, nodes, credentials.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST OPTIONS]", shell_complete=rows_or_files)
def doctor(options: Sequence[str]) -> int:
    """Run no check; look whether what a run needs is there: programs of this machine, nodes, credentials, image, room.

    Give the options that the run will have (--hosts, --os-cloud, --image, --row …; `run --help` shows them with their
    defaults): only what its checks need is asked for. Nothing is made in the cloud, nor on a node.
    It is `run --doctor`.

    Exit codes: 0 a run can begin, 4 it cannot: a line for each problem, with its fix.
    """
    return run_pytest("openstack-acceptance doctor", ["--doctor", *options])
