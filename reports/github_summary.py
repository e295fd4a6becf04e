"""Tell a verdict on the page of a GitHub workflow: python -m reports.github_summary [--markdown] [VERDICT].

VERDICT is a verdict.json; without it, that of the latest run. Its Markdown goes to the file that $GITHUB_STEP_SUMMARY
names, and to standard output an annotation for each root cause and each warning; with --markdown, the Markdown alone
goes to standard output. Nothing but Python is needed, so that it also tells where nothing could be installed.

Exit codes: 0 told; 1 there is no verdict, which is told, too; 2 wrong arguments.

Source of the commands, their escapes and limits: docs.github.com, "Workflow commands for GitHub Actions", and
actions/toolkit, packages/core/src/command.ts.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from reports.verdict_markdown import Told, cause_text, headline, markdown, plain, quoted

LATEST = Path(__file__).parent / "latest" / "verdict.json"
ROOM = 1_000_000
"""Bytes; GitHub takes no summary of a step of more than 1 MiB, not even a part of it."""
MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
NO_VERDICT = "There is no verdict: the suite was not started, or could not write. See which step before this one failed"
ASKED_FOR = "GITHUB_STEP_SUMMARY"


def main(arguments: Sequence[str]) -> int:
    """Tell it; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m reports.github_summary", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--markdown", action="store_true", help="print the Markdown, and nothing else")
    parser.add_argument("verdict", nargs="?", type=Path, default=LATEST, metavar="VERDICT")
    given = parser.parse_args(arguments)
    summary = os.environ.get(ASKED_FOR)
    if not given.markdown and not summary:
        parser.error(f"${ASKED_FOR} is not set: --markdown prints what would be written there")
    told = read(given.verdict)
    text = markdown(told, ROOM) if told is not None else f"## No verdict\n\n{quoted(f'{NO_VERDICT} ({given.verdict})')}"
    if given.markdown:
        print(text)
    elif summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
        print("\n".join(annotations(told) if told is not None else [command("error", "No verdict", NO_VERDICT)]))
    return 0 if told is not None else 1


def read(file: Path) -> Told | None:
    """The verdict; None where there is none."""
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, Mapping) and "exit_code" in told else None


def annotations(told: Told) -> list[str]:
    """The commands that show what is wrong beside the job; none of a green run without warnings."""
    errors = [(headline(told), str(line)) for line in told.get("problems", [])]
    errors += [(str(each.get("title") or each.get("row")), cause_text(each)) for each in told.get("root_causes", [])]
    if not errors and told.get("exit_code") != 0:
        errors = [(headline(told), "See the output of the step that ran the suite")]
    warnings = [("Warning", str(line)) for line in told.get("warnings", [])]
    return [*_at_most("error", errors), *_at_most("warning", warnings)]


def _at_most(kind: str, told: Sequence[tuple[str, str]]) -> Iterator[str]:
    shown = MOST if len(told) <= MOST else MOST - 1
    yield from (command(kind, title, text) for title, text in islice(told, shown))
    if more := len(told) - min(shown, len(told)):
        yield command(kind, f"{more} more", "They are in the summary of this job")


def command(kind: str, title: str, text: str) -> str:
    """One line that the runner obeys; what is told in it, it does not obey."""
    return f"::{kind} title={_property(plain(title))}::{_data(plain(text))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
