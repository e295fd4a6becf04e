"""Run a class, each student's cloud by itself, and draw one page of all."""

from collections.abc import Sequence


def classroom(words: Sequence[str]) -> int:
    """Run a class, or draw what is there of it; docs/class.md.

    Args:
        words: of the command line, behind `class`.
    """
    from reports.classroom.command import main  # --help of another subcommand need not wait for its libraries

    return main(words)
