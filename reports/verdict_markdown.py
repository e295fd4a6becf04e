"""A verdict in Markdown: for a CI's page, a ticket, a chat. Whatever stands in it is text, and marks nothing up."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Told = Mapping[str, Any]
"""What verdict.json holds, see docs/verdict.schema.json."""

LONGEST = 2000
"""Characters of one text."""
MARKS = re.compile(r"[\\`*_\[\]<>!|~&@$#{}]|:(?=//)|(?<=www)\.|^[-+=]")
NUMBER = re.compile(r"^(\d{1,9})([.)])")
"""What could mark text up within a line, or at its beginning. Source: GitHub Flavored Markdown Spec, 2.4 and 6.9."""
ENDED: dict[int | None, str] = {
    0: "Green",
    1: "Red",
    2: "Interrupted",
    3: "pytest or a plugin crashed",
    4: "The run could not begin",
    5: "No check was selected",
    6: "More warnings than --max-warnings allows",
    None: "Killed before its end, or still going on",
}
"""By exit code, docs/your-cloud.md."""


def headline(told: Told) -> str:
    """How the run ended, in a few words."""
    code: int | None = told.get("exit_code")
    ended = ENDED.get(code, f"Ended with exit code {code}")
    details = _counts(told) if code == 0 else _causes(told) if code == 1 else ""
    return f"{ended}: {details}" if details else ended


def markdown(told: Told, room: int) -> str:
    """The whole of it.

    Args:
        room: bytes; what does not fit is left out from the end on, and that is said.
    """
    kept: list[str] = []
    left = list(_parts(told))
    while left and sum(len(each.encode()) for each in [*kept, left[0]]) + len(kept) < room:
        kept.append(left.pop(0))
    if left:
        kept.append(f"{len(left)} more parts are left out here: they are in verdict.json.\n")
    return "\n".join(kept)


def cause_text(cause: Told) -> str:
    """What was seen of a root cause, or the little that there is to go by."""
    lines = [str(each) for each in cause.get("messages", [])]
    return "\n".join([*lines, *([] if cause.get("cause_found", True) else [_not_found(cause.get("first_error"))])])


def _parts(told: Told) -> Iterator[str]:
    yield f"## {inline(headline(told))}\n"
    run = f"; run {told['run']}" if told.get("run") else ""
    yield inline(f"{_counts(told)}, in {told.get('seconds', 0):.0f} s{run}, exit code {told.get('exit_code')}") + "\n"
    for line in told.get("problems", []):
        yield quoted(line)
    for number, cause in enumerate(told.get("root_causes", []), 1):
        yield from _cause(number, cause)
    for line in told.get("warnings", []):
        yield f"**Warning**\n\n{quoted(line)}"
    for word, key in (("not started", "blocked"), ("skipped", "skipped")):
        yield from folded(f"{len(told.get(key, {}))} {word}", _counted(told.get(key, {}).values()))


def _cause(number: int, cause: Told) -> Iterator[str]:
    yield f"### {number}\\. {inline(str(cause.get('title') or cause.get('row')))}\n\n{quoted(cause_text(cause))}"
    yield from folded("The services involved logged", map(str, cause.get("logged", [])))
    if consequences := cause.get("consequences"):
        yield f"And so {inline(', '.join(consequences))} failed too.\n"


def _not_found(first_error: str | None) -> str:
    if first_error is None:
        return "Cause not found; no log was read."
    return f"Cause not found; the first error on the path: {first_error or 'none that could be read'}"


def _causes(told: Told) -> str:
    found = [bool(each.get("cause_found")) for each in told.get("root_causes", [])]
    causes, unknown = found.count(True), found.count(False)
    words = [f"{causes} root cause{'s' * (causes != 1)}", f"{unknown} cause{'s' * (unknown != 1)} not found"]
    return ", ".join(word for word, number in zip(words, (causes, unknown), strict=True) if number)


def _counts(told: Told) -> str:
    numbers = {"passed": told.get("passed", 0), "failed": len({each["test"] for each in told.get("failures", [])})}
    others = {"not started": len(told.get("blocked", {})), "skipped": len(told.get("skipped", {}))}
    counted = {word: number for word, number in {**numbers, **others}.items() if number or word == "passed"}
    return ", ".join(f"{number} {word}" for word, number in counted.items())


def _counted(reasons: Iterable[str]) -> list[str]:
    return [f"{number:4}  {reason}" for reason, number in Counter(map(str, reasons)).most_common()]


def plain(text: str) -> str:
    """The text in a bounded length, without what a terminal or a browser would obey."""
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return "".join(each if each.isprintable() or each == "\n" else "�" for each in short.replace("\r\n", "\n"))


def inline(text: str) -> str:
    """It as it is, within a line."""
    marked = MARKS.sub(r"\\\g<0>", " ".join(plain(text).split()))
    return NUMBER.sub(r"\1\\\2", marked)


def quoted(text: str) -> str:
    """It as it is, each line a paragraph of a quotation."""
    lines = [inline(line) for line in plain(text).splitlines() if line.strip()]
    return "".join(f"> {line}\n>\n" for line in lines) or "> \n"


def folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines that are shown where somebody asks for them; nothing where there are none."""
    if shown := "\n".join(html.escape(plain(line)) for line in lines):
        yield f"<details><summary>{html.escape(title)}</summary>\n\n<pre>\n{shown}\n</pre>\n\n</details>\n"
