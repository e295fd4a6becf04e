"""`openstack-acceptance report`: a run's results as a page."""

from collections.abc import Sequence
from pathlib import Path

import click

from openstack_acceptance.places import reports

RESULTS = Path("latest", "results")
PAGE = Path("latest", "html", "index.html")


@click.command(short_help="Draw the report of the last run.")
@click.argument("paths", nargs=-1, metavar="[RESULTS [HTML]]", type=click.Path())
def report(paths: Sequence[str]) -> int:
    """Draw the report, one HTML file, from the folder of a run's Allure results.

    RESULTS: reports/latest/results, the last run's, by default.

    HTML: reports/latest/html/index.html by default.
    """
    from reports import render  # the suite's, which is on the path by now

    defaults = [str(reports() / RESULTS), str(reports() / PAGE)]
    return render.main([*paths, *defaults[len(paths) :]])
