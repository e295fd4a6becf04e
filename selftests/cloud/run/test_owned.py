import gc
from contextlib import ExitStack, suppress

import pytest
from openstack.compute.v2.server import Server
from openstack.exceptions import ConflictException, NotFoundException
from openstack.identity.v3.project import Project

from fixtures.cloud.run.owned import ensure_gone, owned
from fixtures.core.waiting import WaitFailed


class There:
    """Which projects there are."""

    def __init__(self) -> None:
        self.ids = {"p1"}

    def get(self, identity: str) -> Project:
        if identity not in self.ids:
            raise NotFoundException
        return Project(id=identity)

    def lend(self, stack: ExitStack) -> None:
        stack.enter_context(owned(Project(id="p1"), delete=self.ids.remove, get=self.get, deadline=1))


def test_what_is_owned_goes_in_the_end() -> None:
    there = There()
    with ExitStack() as stack:
        there.lend(stack)
    assert there.ids == set()


def test_what_is_owned_goes_when_something_goes_wrong() -> None:
    there = There()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        there.lend(stack)
        raise KeyboardInterrupt
    assert there.ids == set()


def test_a_failure_is_told_before_that_of_its_clean_up() -> None:
    server = Server(id="s1", status="ERROR")
    with (
        pytest.raises(AssertionError, match="no valid host") as failed,
        owned(server, delete=str, get=lambda _: server, deadline=0),
    ):
        raise AssertionError("no valid host")
    assert failed.value.__notes__ == [
        "clean-up: server s1 to be gone: not within 0 s; last seen: ERROR. "
        "Fix: read the log of its service's API, then delete it by hand"
    ]


def test_what_is_only_let_go_of_stays() -> None:
    there = There()
    with ExitStack() as stack:
        there.lend(stack)
        stack.pop_all()
    gc.collect()
    assert there.ids == {"p1"}


def test_what_does_not_go_is_told_with_the_state_it_is_in() -> None:
    server = Server(id="s1", status="ACTIVE")
    with pytest.raises(WaitFailed, match="server s1 to be gone: not within 0 s; last seen: ACTIVE"):
        ensure_gone(server, delete=str, get=lambda _: server, deadline=0)


@pytest.mark.usefixtures("pauses")
def test_what_is_still_in_use_is_asked_for_again() -> None:
    there, refusals = There(), ["a port is in use"] * 2

    def delete(identity: str) -> None:
        if refusals:
            raise ConflictException(refusals.pop())
        there.ids.remove(identity)

    ensure_gone(Project(id="p1"), delete=delete, get=there.get, deadline=60)
    assert (there.ids, refusals) == (set(), [])


def test_what_stays_in_use_is_told_with_the_reason() -> None:
    def delete(_: str) -> None:
        raise ConflictException("port p1 is in use")

    message = r"project p1 to be let go of by what uses it: not within 0 s; last seen: .*port p1 is in use"
    with pytest.raises(WaitFailed, match=message):
        ensure_gone(Project(id="p1"), delete=delete, get=There().get, deadline=0)
