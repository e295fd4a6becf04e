import pytest

from fixtures.cloud.run.run import Run
from fixtures.core.run_tag import PREFIX, run_id, tag_of

TAG = Run(run_id("1a2b3c4d")).tag


@pytest.mark.parametrize("text", [TAG, f"{TAG}-server", f"{TAG} is a description"])
def test_what_begins_with_a_tag_has_it(text: str) -> None:
    assert tag_of(text) == TAG


@pytest.mark.parametrize(
    "text",
    [
        "",
        "default",
        f"{PREFIX}20261122",
        f"{PREFIX}202611220000-backup",  # as long as a run's ID, but somebody else's date
        f"my-{TAG}",
        f"{TAG}0",
        f"{TAG}_server",
        TAG.upper(),
    ],
)
def test_what_only_resembles_one_is_foreign(text: str) -> None:
    assert tag_of(text) == ""
