"""`openstack-acceptance rows`: what is checked."""

from collections.abc import Sequence

import click

from openstack_acceptance import row_names
from openstack_acceptance.places import CHECKOUT


@click.command(short_help="List the rows (requirements), or show the page of one.")
@click.argument("names", nargs=-1, metavar="[ROW…]", shell_complete=row_names.rows)
def rows(names: Sequence[str]) -> None:
    """List the rows: the requirements that are checked, such as NOVA-3. `run --row NOVA-3` checks just that.

    With ROW show its page: what is checked, why it matters, the usual mistake, how to fix it.
    """
    titles = row_names.pages()
    if unknown := [name for name in names if name.upper() not in titles]:
        raise click.UsageError(f"{unknown[0]}: no such row. Fix: openstack-acceptance rows lists them")
    for name in names:
        click.echo((CHECKOUT / "docs" / "rows" / f"{name.upper()}.md").read_text())
    if not names:
        width = max(map(len, titles))
        click.echo("".join(f"{row:<{width}}  {title}\n" for row, title in titles.items()), nl=False)
