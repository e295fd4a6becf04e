from typing import Any, cast

import pytest
import testinfra

from fixtures.guest.guest import Guest
from fixtures.guest.moving_guest import KEEP, MovingGuest, look_in
from fixtures.guest.ssh_routes import FromRunner, PastRouter


@pytest.fixture
def guest(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Guest:
    monkeypatch.chdir(tmp_path)
    return Guest(testinfra.get_host("local://"))


def test_a_guest_tells_its_boot_its_memory_and_what_it_has_kept(guest: Guest) -> None:
    first = look_in(guest)
    assert len(first.boot) == 36
    assert first.memory > 100
    assert first.kept == ""
    guest.run(KEEP, "acc-1 with 'quotes'")
    assert look_in(guest).kept == "acc-1 with 'quotes'"
    assert look_in(guest).boot == first.boot


def moving(way: Any) -> MovingGuest:
    thing: Any = type("Thing", (), {"id": "x"})
    return MovingGuest(thing, thing, cast(Any, None), way, thing, thing, thing, cast(Any, None), cast(Any, None))


def test_a_guest_has_to_be_reached_as_it_was_before(monkeypatch: pytest.MonkeyPatch) -> None:
    new = PastRouter(())
    monkeypatch.setattr("fixtures.guest.moving_guest.ssh_routes_to", lambda *_: ([new], [FromRunner()]))
    assert moving(FromRunner())._same_routes() == [FromRunner()]
    assert moving(PastRouter(()))._same_routes() == [new]
