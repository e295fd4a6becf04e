"""What the lab tells its user when it cannot go on."""


class LabError(Exception):
    """One line that says what is wrong and what to do next."""
