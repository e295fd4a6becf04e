"""In self-tests a warning that our own modules cause is an error; on a cloud it never is, see pyproject.toml."""

import signal
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import tenacity

from fixtures.core import known_secrets
from lab import machines
from selftests import ROOT

OWN = r"(acceptance|conftest|faults|fixtures|lab|openstack_acceptance|reports|selftests|tests)\b"
STRICT = (
    f"error:::{OWN}",
    "error::pytest.PytestWarning",  # such as an exception that ended a thread
    "default::pytest.PytestCacheWarning",
    "ignore::ResourceWarning",  # belongs to whichever module runs when the garbage collector does
)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that waits have paused: nobody sleeps, and no other time passes until a deadline, however busy it is."""
    taken: list[float] = []
    clock = SimpleNamespace(sleep=taken.append, monotonic=lambda: sum(taken))
    for module in (tenacity, tenacity.nap):
        monkeypatch.setattr(module, "time", clock)
    return taken


@pytest.fixture
def no_known_secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What this process has been told of secrets so far does not count, nor after it what the test tells."""
    monkeypatch.setattr(known_secrets, "_known", set())
    known_secrets._pattern.cache_clear()
    yield
    known_secrets._pattern.cache_clear()


def pytest_configure() -> None:
    """Ignore no signal, as a job in a shell's background and what nohup starts do: what is started here would, too."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each; a later filter counts before an earlier one."""
    for item in items:
        if item.path.is_relative_to(ROOT / "selftests"):
            for line in STRICT:
                item.add_marker(pytest.mark.filterwarnings(line))


@pytest.fixture(autouse=True)
def _cloud_of_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever cloud runs on this machine at present, a test that chooses none is about the notes'."""
    monkeypatch.setattr(machines, "chosen", lambda: machines.DEFAULT)
