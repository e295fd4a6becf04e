import pytest

from fixtures.cloud.run.run import Run
from fixtures.core.run_tag import PREFIX, mark_of, run_id

MARK = Run(run_id("1a2b3c4d")).mark


@pytest.mark.parametrize("text", [MARK, f"{MARK}-server", f"{MARK} is a description"])
def test_what_begins_with_a_mark_has_it(text: str) -> None:
    assert mark_of(text) == MARK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "default",
        f"{PREFIX}20261122",
        f"{PREFIX}202611220000-backup",  # as long as a run's ID, but somebody else's date
        f"my-{MARK}",
        f"{MARK}0",
        f"{MARK}_server",
        MARK.upper(),
    ],
)
def test_what_only_resembles_one_is_foreign(text: str) -> None:
    assert mark_of(text) == ""
