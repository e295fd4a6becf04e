"""What the lab tells its user when it cannot go on."""

from collections.abc import Sequence


class LabError(Exception):
    """One line that says what is wrong and what to do next."""


class LackingError(LabError):
    """This machine cannot run the lab; the text says what is missing, one line each."""

    def __init__(self, lacks: Sequence[str]):
        super().__init__("\n".join(lacks))
