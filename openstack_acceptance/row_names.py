"""The names of the rows, for a shell that completes a word."""

import re
from collections.abc import Iterator

import click
from click.shell_completion import CompletionItem

from openstack_acceptance.places import CHECKOUT


def pages() -> dict[str, str]:
    """The title of each row, by its name and in the order of services and numbers: the first line of its page."""
    files = (CHECKOUT / "docs" / "rows").glob("*-[0-9]*.md")
    found = {file.stem: file.read_text().partition("\n")[0] for file in files}
    return {row: found[row].removeprefix(f"# {row} ") for row in sorted(found, key=_place)}


def _place(row: str) -> tuple[str, int]:
    service, _, number = row.partition("-")
    return service, int(re.sub(r"\D", "", number))


def rows(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those that begin like this."""
    return list(_like(incomplete))


def rows_or_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those, or else files: of the words of pytest's options it is not known which is what."""
    return (list(_like(incomplete)) if incomplete else []) or [CompletionItem(incomplete, type="file")]


def _like(incomplete: str) -> Iterator[CompletionItem]:
    return (CompletionItem(row, help=title) for row, title in pages().items() if row.startswith(incomplete.upper()))
