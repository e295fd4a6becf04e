"""`openstack-acceptance sweep`: what killed runs left in the cloud."""

from collections.abc import Sequence

import click

from openstack_acceptance.suite import PASSED_ON, run_pytest


@click.command(context_settings=PASSED_ON, short_help="Delete what killed runs left in the cloud.")
@click.option("--dry-run", is_flag=True, show_default="deletes it", help="Only list it.")
@click.option(
    "--yes",
    is_flag=True,
    show_default="lists it",
    help="Delete also what is a run's by its name alone, which anyone could have given it.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST OPTIONS]")
def sweep(dry_run: bool, yes: bool, options: Sequence[str]) -> int:
    """Run no check; delete what killed runs have left in the cloud. It is `run --sweep`.

    Needs credentials alone: --os-cloud=NAME, OS_CLOUD, or the OS_* variables of a keystonerc.

    Exit codes: 0 nothing of a dead run is left, 1 something is, 2 interrupted, 4 the cloud could not be asked.
    """
    chosen = ["--dry-run"] * dry_run + ["--yes"] * yes
    return run_pytest("openstack-acceptance sweep", ["--sweep", *chosen, *options])
