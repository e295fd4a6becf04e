import threading
from datetime import UTC, datetime, timedelta

from openstack.exceptions import SDKException

from fixtures.cloud.run.renewal import EVERY, renewed
from fixtures.cloud.run.run_process import AT_MOST, own_life, told_in, why_alive
from selftests.patience import LONG

SOON = 0.01


def test_a_run_that_lives_says_so_again_and_a_refusal_does_not_end_that() -> None:
    told, thrice = [], threading.Event()

    def tell() -> None:
        told.append(own_life())
        if len(told) == 3:
            thrice.set()
        raise SDKException("busy")

    with renewed(tell, SOON):
        assert thrice.wait(LONG)
    [*_, last] = told
    assert told_in(str(last)) == last


def test_in_the_end_it_says_nothing_more() -> None:
    told = threading.Event()
    with renewed(told.set, SOON):
        assert told.wait(LONG)
    for renewal in (each for each in threading.enumerate() if each.name == "renewal"):
        renewal.join(LONG)
    told.clear()
    assert not told.wait(SOON * 5)


def test_a_run_older_than_four_hours_that_lives_is_alive_elsewhere() -> None:
    began, life = datetime.now(UTC) - AT_MOST - timedelta(hours=1), own_life()  # the minute may end between two
    first = told_in(str(life).replace(life.until, f"{began + AT_MOST:%Y-%m-%dT%H:%MZ}"))
    renewed_since = told_in(str(life))
    elsewhere = {"boot": "another"}
    assert first and renewed_since
    assert why_alive(type(first)(**{**vars(first), **elsewhere}), "", datetime.now(UTC)) == ""
    assert "it may run" in why_alive(type(first)(**{**vars(renewed_since), **elsewhere}), "", datetime.now(UTC))
    assert timedelta(seconds=3 * EVERY) < AT_MOST
