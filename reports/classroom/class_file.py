"""CLASS.toml: who is in the class, what each one's cloud is, and what counts how many points."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from fixtures.core.paths import why_no_file
from fixtures.core.usage_errors import problem
from fixtures.verdict.requirement_docs import titles

LOGIN = re.compile(r"[^\s/@:]*:(?!//)[^\s@]*@|://[^\s/@]*:[^\s@]*@")
"""A password in a node's name; one with a slash, too, in which redaction would see a path."""
OURS = ("--report-dir", "--history", "--alluredir")
"""Options that say where a run writes; each student has a folder of his own."""
MOST = 500

Word = Annotated[str, Field(min_length=1, max_length=200)]
Points = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]


class Strict(BaseModel):
    """What is not known is a mistake, and what is said of it quotes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Options(Strict):
    """Of the whole class."""

    title: Word = "The class"
    width: int = Field(default=2, ge=1, le=100)
    """Students whose runs go on at the same time."""
    minutes: float | None = Field(default=None, gt=0, le=24 * 60)
    """After which a run is ended as by Ctrl-C; none: never."""
    options: tuple[Word, ...] = ()
    """Of pytest, for everybody."""

    @field_validator("options")
    @classmethod
    def _none_of_ours(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        return without_ours(options)


class Student(Strict):
    """One, and how his cloud is reached."""

    name: Word
    cloud_file: Path | None = None
    """A file of --cloud-file, which says all."""
    os_cloud: Word | None = None
    """An entry of a clouds.yaml."""
    clouds_yaml: Path | None = None
    """Where that is; else where openstacksdk looks for one."""
    hosts: tuple[Word, ...] = ()
    ssh_config: Path | None = None
    options: tuple[Word, ...] = ()
    """Of pytest, for this one."""

    @field_validator("name")
    @classmethod
    def _is_shown(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            raise ValueError("a name has letters, digits, signs and single blanks, and none around it")
        return name

    @field_validator("options")
    @classmethod
    def _none_of_ours(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        return without_ours(options)

    @field_validator("hosts")
    @classmethod
    def _without_passwords(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if any(LOGIN.search(host) for host in hosts):
            raise ValueError("a password would be seen in the list of processes: use a key, named in ssh_config")
        return hosts

    @model_validator(mode="after")
    def _has_a_cloud(self) -> "Student":
        if not (self.cloud_file or self.os_cloud or self.hosts):
            raise ValueError("no cloud: give cloud_file, os_cloud or hosts")
        if self.clouds_yaml and not self.os_cloud:
            raise ValueError("clouds_yaml without os_cloud: name its entry")
        return self


class Scheme(Strict):
    """What a row is worth, by what came of it."""

    passed: Points = 1
    cause: Points = 0
    consequence: Points = 0
    blocked: Points = 0
    skipped: Points = 0
    """It does not apply there, as of a service that the cloud does not have."""
    unknown: Points = 0
    """It was not looked at."""
    weights: dict[str, Points] = {}
    """By row (NOVA-3), or by its group (NOVA); the row's own counts before the group's. Others weigh 1."""

    @field_validator("weights")
    @classmethod
    def _of_rows(cls, weights: dict[str, float]) -> dict[str, float]:
        groups = {row.partition("-")[0] for row in titles()}
        if strangers := sorted(weights.keys() - groups - titles().keys()):
            raise ValueError(f"no such row or group: {', '.join(strangers)}")
        return weights

    def weight(self, row: str) -> float:
        """How much a row counts."""
        return self.weights.get(row, self.weights.get(row.partition("-")[0], 1))

    def points(self, row: str, state: str) -> float:
        """What a state of it is worth."""
        return self.weight(row) * float(getattr(self, state))


class ClassFile(Strict):
    """All of it."""

    class_: Options = Field(default=Options(), alias="class")
    points: Scheme = Scheme()
    students: tuple[Student, ...]

    @field_validator("students")
    @classmethod
    def _once_each(cls, students: tuple[Student, ...]) -> tuple[Student, ...]:
        if not 1 <= len(students) <= MOST:
            raise ValueError(f"{len(students)} students, 1 to {MOST} can be")
        names = [student.name for student in students]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"more than once: {', '.join(twice)}")
        return students


class Mistakes(Exception):
    """What is wrong with the file; a line for each."""


def without_ours(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options.

    Raises:
        ValueError: one says where a run writes, or is none by itself.
    """
    if loose := [option for option in options if not option.startswith("-")]:
        raise ValueError(f"{loose[0]} is no option: write each in one word, such as --row=NOVA-3 or -knova")
    if taken := [option for option in options if option.partition("=")[0] in OURS]:
        raise ValueError(f"{taken[0].partition('=')[0]} is the class's own: each student has a folder")
    return options


def read_class(file: Path) -> ClassFile:
    """What the file says; paths in it are relative to it.

    Raises:
        Mistakes: it cannot be read, or is not as it should be.
    """
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Mistakes(problem(str(file), error.strerror or "cannot be read", "name the file of the class")) from None
    except RecursionError:
        raise Mistakes(problem(str(file), "no TOML that can be read: too deeply nested", "correct it there")) from None
    except ValueError as error:  # no UTF-8, or a number with thousands of digits
        raise Mistakes(problem(str(file), f"no TOML: {error}", "correct that line")) from None
    try:
        read = ClassFile.model_validate(told)
    except ValidationError as error:
        raise Mistakes(*(_line(file, told, each) for each in error.errors(include_url=False))) from None
    students = tuple(_found_from(file.resolve().parent, student) for student in read.students)
    if missing := [*_missing(file, students)]:
        raise Mistakes(*missing)
    return read.model_copy(update={"students": students})


def _found_from(folder: Path, student: Student) -> Student:
    """The same, whatever directory the run is started in."""
    paths = {name: getattr(student, name) for name in ("cloud_file", "clouds_yaml", "ssh_config")}
    return student.model_copy(update={name: folder / path for name, path in paths.items() if path})


def _missing(file: Path, students: Sequence[Student]) -> Iterator[str]:
    for student in students:
        for name in ("cloud_file", "clouds_yaml", "ssh_config"):
            path = getattr(student, name)
            if path and (why := why_no_file(path)):
                yield problem(f"{file}: {student.name}: {name}", f"{path}: {why}", "correct the path, or write it")


def _line(file: Path, told: Any, error: Any) -> str:
    """One mistake: where, what, and how to fix it."""
    place, seen = ".".join(str(each) for each in error["loc"]), str(error["msg"]).removeprefix("Value error, ")
    loc = error["loc"]
    if loc[:1] == ("students",) and len(loc) > 1:
        place = ".".join([f"student {_name(told, loc[1])}", *map(str, loc[2:])])
    fix = "leave it out; docs/class.md has all keys" if error["type"] == "extra_forbidden" else "see docs/class.md"
    return problem(f"{file}: {place}", seen[:1].lower() + seen[1:], fix)


def _name(told: Any, number: object) -> str:
    try:
        return str(told["students"][number]["name"])[:80]
    except (KeyError, IndexError, TypeError):
        return f"{int(str(number)) + 1}" if str(number).isdigit() else "?"
