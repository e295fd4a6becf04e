"""Ways to break the lab: each is a file in faults/, with what a person did wrong and how to undo it."""

import random
import subprocess
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab import runner
from lab.errors import LabError
from lab.fault_file import ROLES, mistakes
from lab.machines import Machine, clouds, machines
from lab.paths import CHECKOUT, LAB, STATE

FOLDER = CHECKOUT / "faults"
_WORDS = FOLDER / "words.sh"
_BROKEN = STATE / "broken"


@dataclass(frozen=True)
class Fault:
    """One way to break the lab."""

    name: str
    title: str
    did: str
    """What the person did, as the end of "Somebody …"."""
    row: str
    """The row that must be the only root cause."""
    words: tuple[str, ...]
    """What the failure's message must contain."""
    source: str
    breaks: dict[str, str]
    """The script for each machine, or for every machine of a role."""
    mends: dict[str, str]
    roles: frozenset[str] = frozenset()
    """Of lab/roles, what the machines that it breaks must have for it."""
    without_roles: frozenset[str] = frozenset()
    """What no machine of the cloud may have."""

    def can_be_on(self, cloud: str | None = None) -> bool:
        """Can it be done on this cloud of the lab; without one on the present?"""
        meant = [of_name(name, cloud) for name in self.breaks]
        broken = {role for each in meant for machine in each for role in machine.roles}
        there = {role for machine in machines(cloud).values() for role in machine.roles}
        return all(meant) and self.roles <= broken and not self.without_roles & there


def of_name(name: str, cloud: str | None = None) -> list[Machine]:
    """Return the machines for which a table of a fault is.

    Args:
        name: of a machine, or of a role: then each machine that has it.
        cloud: of lab/clouds; without, the present one.
    """
    everyone = machines(cloud)
    return [everyone[name]] if name in everyone else [each for each in everyone.values() if name in each.roles]


def catalogue() -> dict[str, Fault]:
    """Return every fault by its name; raises LabError for a file that is not as it should be, a line for each mistake."""
    known = {name: None for cloud in clouds() for name in machines(cloud)}
    roles = [path.name for path in (LAB / "roles").iterdir()]
    return {path.stem: _read(path, known, roles) for path in sorted(FOLDER.glob("*.toml"))}


def here() -> dict[str, Fault]:
    """Return those of them that the present cloud can have; raises LabError as catalogue() does."""
    return {name: fault for name, fault in catalogue().items() if fault.can_be_on()}


def named(name: str) -> Fault:
    """Return the fault of that name; raises LabError if there is none, or the present cloud cannot have it."""
    fault = catalogue().get(name)
    if not fault:
        raise LabError(f"no fault {name}: './lab/lab break --list' shows them")
    if not fault.can_be_on():
        raise LabError(f"this cloud has not what {name} breaks: './lab/lab break --list' shows what it can have")
    return fault


def any_of_them() -> Fault:
    """Return one by chance."""
    return random.choice(list(here().values()))


def broken() -> list[str]:
    """Return the names of the faults that the lab has at present."""
    return sorted(path.name for path in _BROKEN.glob("*"))


def break_lab(fault: Fault) -> None:
    """Do what the person did; raises LabError if it did not work, or is done already."""
    if fault.name in broken():
        raise LabError(f"{fault.name} is there already: './lab/lab mend {fault.name}' mends it")
    _BROKEN.mkdir(exist_ok=True)
    (_BROKEN / fault.name).touch()
    _on_machines(fault.breaks)


def mend_lab(fault: Fault) -> None:
    """Undo it; raises LabError if it did not work."""
    _on_machines(fault.mends)
    (_BROKEN / fault.name).unlink(missing_ok=True)


def wait_for_reports() -> None:
    """Wait until every service has told OpenStack that it lives; raises LabError if one does not."""
    _on_machines({"controller": "wait_for_reports"})


def forget() -> None:
    """Know of no fault any more: the machines are new."""
    for name in broken():
        (_BROKEN / name).unlink()


def in_words_of(roles: Iterable[str], script: str) -> str:
    """Return a script with the names and places that things have on a machine of these roles (faults.sed of a role)."""
    for role in roles:
        if (words := LAB / "roles" / role / "faults.sed").exists():
            script = subprocess.run(
                ["sed", "-f", words], input=script, capture_output=True, text=True, check=True
            ).stdout
    return script


def words_of(roles: Iterable[str]) -> str:
    """Return the words that scripts have on a machine of these roles alone (faults.sh of a role)."""
    files = (LAB / "roles" / role / "faults.sh" for role in roles)
    return "".join(file.read_text() for file in files if file.exists())


def said_here(fault: Fault) -> tuple[str, ...]:
    """Return what the failure's message must contain, with the names that things have where the fault is."""
    roles = dict.fromkeys(role for name in fault.breaks for machine in of_name(name) for role in machine.roles)
    return tuple(in_words_of(roles, each) for each in fault.words)


def _read(path: Path, known: Collection[str], roles: Collection[str]) -> Fault:
    place = path.relative_to(FOLDER.parent)
    try:
        entry = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{place}: not TOML: {error}. Fix: see docs/adding-a-fault.md") from None
    if wrong := list(mistakes(entry, known, roles)):
        raise LabError("\n".join(f"{place}: {each}" for each in wrong))
    scripts = {key: entry.pop(key) for key in list(entry) if key in {*known, *roles}}  # done in the order of the file
    breaks, mends = ({name: each[what] for name, each in scripts.items()} for what in ("break", "mend"))
    lists = {"words": tuple(entry["words"]), **{key: frozenset(entry.get(key, ())) for key in ROLES}}
    return Fault(name=path.stem, **{**entry, **lists}, breaks=breaks, mends=mends)


def _on_machines(scripts: dict[str, str]) -> None:
    for machine, script in [(machine, script) for name, script in scripts.items() for machine in of_name(name)]:
        whole = words_of(machine.roles) + in_words_of(machine.roles, _WORDS.read_text() + script)
        done = runner.on_machine(machine, "bash", "-euo", "pipefail", "-c", whole)
        if done.returncode:
            raise LabError(f"{machine.name}: {done.stderr.strip()[-300:] or f'exit code {done.returncode}'}")
