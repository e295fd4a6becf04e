from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.cleanup.resources.block import STUCK, is_stuck


@dataclass
class Volume:
    status: str
    updated_at: str | None = None
    created_at: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}")


@pytest.mark.parametrize("status", ["available", "error", "creating", "deleting", "in-use", "detaching"])
def test_what_is_well_or_worked_on_is_not_forced(status: str) -> None:
    assert not is_stuck(Volume(status))


@pytest.mark.parametrize("status", ["error_deleting", "error_restoring", "maintenance"])
def test_what_no_owner_can_deleteis_stuck(status: str) -> None:
    assert is_stuck(Volume(status))


def test_what_is_worked_on_for_everis_stuck() -> None:
    long_ago = f"{datetime.now(UTC) - STUCK - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.%f}"
    assert is_stuck(Volume("creating", updated_at=long_ago))
    assert not is_stuck(Volume("available", updated_at=long_ago))
