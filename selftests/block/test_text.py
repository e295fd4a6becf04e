from typing import Any, cast

import pytest
from openstack.block_storage.v3.volume import Volume

from fixtures.block import text
from fixtures.block.text import read_text
from fixtures.core.deadlines import Deadlines
from fixtures.guest.guest import Guest
from fixtures.nodes.bounded_output import TURNS
from fixtures.nodes.checked_host import WAIT
from fixtures.nodes.no_answer import Late, NoAnswer

VOLUME = Volume(id="11111111-2222-3333-4444-555555555555")


class Silent:
    """A guest whose command is held up."""

    def __init__(self, silence: NoAnswer) -> None:
        self.silence = silence
        self.waited = 0.0

    def run(self, *_: str) -> None:
        self.waited = WAIT * TURNS.get()
        raise self.silence


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "wait_for_disk", lambda *_: None)


def test_a_disk_that_holds_up_its_reader_is_told_with_what_helps() -> None:
    host = Silent(Late("203.0.113.9", "it did not answer within 300 s"))
    with pytest.raises(AssertionError, match=r"mount and read on the attached disk did not end within 300 s .* dmesg"):
        read_text(Guest(cast(Any, host)), VOLUME, Deadlines())
    assert host.waited == Deadlines().volume_written
    assert TURNS.get() == 1


def test_a_connection_that_failed_is_not_the_disks() -> None:
    host = Silent(NoAnswer("203.0.113.9", "ssh: connect to host 203.0.113.9 port 22: Connection refused"))
    with pytest.raises(NoAnswer, match="Connection refused"):
        read_text(Guest(cast(Any, host)), VOLUME, Deadlines())
