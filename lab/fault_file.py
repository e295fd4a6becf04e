"""What can be wrong in a file of faults/, one line each."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lab.paths import CHECKOUT

TEXTS = ("title", "did", "row", "source")
SCRIPTS = ("break", "mend")
ROLES = ("roles", "without_roles")
"""Lists that may be missing: what the machines of a cloud must have, and must not have."""
_PAGES = CHECKOUT / "docs" / "rows"


def mistakes(entry: Mapping[str, Any], machines: Collection[str], roles: Collection[str]) -> Iterator[str]:
    """What was seen in the file and how to fix it.

    Args:
        entry: the file, as TOML.
        machines: the names that the lab's machines have.
        roles: the names of the folders in lab/roles.
    """
    tables = {key: value for key, value in entry.items() if isinstance(value, dict)}
    yield from (f'{_seen(key, entry)} text. Fix: {key} = "…"' for key in TEXTS if not _is_text(entry.get(key)))
    if _is_text(row := entry.get("row")) and not (_PAGES / f"{row}.md").is_file():
        yield f'row = "{row}" has no page docs/rows/{row}.md. Fix: name a row that has one'
    if not _are_words(entry.get("words")):
        yield f'{_seen("words", entry)} what the message must contain. Fix: words = ["…", "…"]'
    for key in (key for key in ROLES if not _are_among(entry.get(key, []), roles)):
        yield f"{_seen(key, entry)} names of folders in lab/roles. Fix: some of {', '.join(sorted(roles))}"
    for key in (key for key in entry if key not in {*TEXTS, *ROLES, "words", *tables}):
        yield f"{key} means nothing here. Fix: take it out; {', '.join([*TEXTS, *ROLES])} and words are what a fault has"
    yield from _of_machines(tables, machines, roles)


def _of_machines(
    tables: Mapping[str, dict[str, Any]], machines: Collection[str], roles: Collection[str]
) -> Iterator[str]:
    if not tables:
        yield f"nothing is broken anywhere. Fix: add a table, such as [{next(iter(machines))}], with break and mend"
    for name, scripts in tables.items():
        if name not in {*machines, *roles}:
            yield f"[{name}] is no machine of the lab. Fix: one of {', '.join(machines)}, or a role, such as compute"
        else:
            wanted = (key for key in SCRIPTS if not _is_text(scripts.get(key)))
            yield from (f"[{name}] {_seen(key, scripts)} a script. Fix: {key} = '''COMMANDS'''" for key in wanted)
            yield from (f"[{name}] {key} means nothing here. Fix: take it out" for key in scripts if key not in SCRIPTS)


def _seen(key: str, entry: Mapping[str, Any]) -> str:
    return f"{key} = {entry[key]!r}, expected" if key in entry else f"{key} is missing, expected"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_among(value: object, names: Collection[str]) -> bool:
    return isinstance(value, list) and all(each in names for each in value)


def _are_words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))
