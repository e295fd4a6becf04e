from typing import Any, cast

import pytest

from fixtures.core.deadlines import Deadlines
from fixtures.guest.guest import Guest
from fixtures.guest.metadata import UUID, told_by_metadata


class Host:
    """Of a guest that the metadata service answers late; the last answer stays."""

    def __init__(self, *answers: str) -> None:
        self.ahead = list(answers)
        self.stdout = ""

    def run(self, *_: str) -> "Host":
        self.stdout = self.ahead.pop(0) if len(self.ahead) > 1 else self.ahead[0]
        return self


@pytest.mark.parametrize(("answers", "told"), [(["", "", '"uuid": "u"\n'], '"uuid": "u"'), ([""], "")])
@pytest.mark.usefixtures("pauses")
def test_what_comes_late_is_told(answers: list[str], told: str) -> None:
    guest = Guest(cast(Any, Host(*answers)))
    assert told_by_metadata(guest, "latest/meta_data.json", UUID, Deadlines(metadata=20)) == told
