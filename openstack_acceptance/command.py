"""`openstack-acceptance COMMAND …`; each subcommand is imported when it is asked for."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
import pytest

from openstack_acceptance.places import CHECKOUT
from openstack_acceptance.suite import PASSED_ON

NAME = "openstack-acceptance"
SUBCOMMANDS = {
    "run": "openstack_acceptance.run:run",
    "sweep": "openstack_acceptance.sweep:sweep",
    "doctor": "openstack_acceptance.doctor:doctor",
    "report": "openstack_acceptance.report:report",
    "class": "openstack_acceptance.classroom:classroom",
    "rows": "openstack_acceptance.rows:rows",
}
"""Where each is: a click command, or a function that takes a list of words and gives an exit code."""


class Subcommands(click.Group):
    """Those of the table. Source: click's documentation, "Lazily Loading Subcommands"."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import it; None where there is none of that name."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _, attribute = SUBCOMMANDS[cmd_name].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return found if isinstance(found, click.Command) else _command(cmd_name, found)


def _command(name: str, function: Callable[[list[str]], int]) -> click.Command:
    """A function knows its own options, --help among them."""
    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    text = sys.modules[function.__module__].__doc__

    def call(words: Sequence[str]) -> int:
        return function(list(words))

    return click.Command(name, PASSED_ON, call, [words], help=text, add_help_option=False)


@click.command(cls=Subcommands)
@click.version_option(package_name=NAME)
def command() -> None:
    """Say whether an OpenStack really works.

    It is pytest: every option and environment variable of pytest's and of the suite's holds, and exit codes are
    pytest's. Credentials are taken from OS_CLOUD or the OS_* variables.
    """


def main(words: Sequence[str] | None = None) -> Any:
    """Do what the command line says.

    Args:
        words: without the program's name; None takes the process's own.

    Returns:
        pytest's exit code; 4 for a command line that cannot be, as pytest has it.
    """
    sys.path.insert(0, str(CHECKOUT))
    try:
        return command.main(words, prog_name=NAME, standalone_mode=False)
    except click.Abort:
        return pytest.ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return pytest.ExitCode.USAGE_ERROR
