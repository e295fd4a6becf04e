"""Machines whose services look like another distribution's: other names of units, other command lines."""

from lab import runner
from lab.errors import LabError
from lab.machines import Machine
from lab.paths import LAB

_DISTRIBUTIONS = LAB / "distributions"


def distributions() -> list[str]:
    """Return the distributions whose names a machine can have."""
    return sorted(path.name for path in _DISTRIBUTIONS.iterdir())


def rename_units(machine: Machine, distribution: str) -> None:
    """Give a machine's services the names that they have in another distribution; `reset` undoes it.

    Raises:
        LabError: it did not work, with what the machine said last.
    """
    done = runner.on_machine(machine, "bash", "-c", (_DISTRIBUTIONS / distribution).read_text())
    if done.returncode:
        raise LabError(
            f"{machine.name}: its units could not be renamed as in {distribution}: {done.stderr.strip()[-300:]}"
        )
