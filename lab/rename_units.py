"""Machines whose services look like another distribution's: other names of units, other command lines."""

from lab import runner
from lab.errors import LabError
from lab.machines import Machine
from lab.paths import LAB

_DIALECTS = LAB / "dialects"


def dialects() -> list[str]:
    """Return the distributions whose names a machine can have."""
    return sorted(path.name for path in _DIALECTS.iterdir())


def rename_units(machine: Machine, dialect: str) -> None:
    """Give a machine's services the names that they have in another distribution; `reset` undoes it.

    Raises:
        LabError: it did not work, with what the machine said last.
    """
    done = runner.on_machine(machine, "bash", "-c", (_DIALECTS / dialect).read_text())
    if done.returncode:
        raise LabError(f"{machine.name}: its units could not be renamed as in {dialect}: {done.stderr.strip()[-300:]}")
