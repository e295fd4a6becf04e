from types import SimpleNamespace
from typing import Any

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.name_resolution import is_loopback, resolve


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "::1", "localhost", "localhost.localdomain"])
def test_what_means_the_machine_itself(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.11", "fd00::1", "controller", "127-0-0-1.example.org"])
def test_what_means_another(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_is_looked_up_whatever_it_looks_like() -> None:
    here: Any = SimpleNamespace(host=checked(testinfra.get_host("local://")))
    names = ["localhost", "--help", "a b", "-n", "a\nb", "x\\n", "$(touch ran)", "*"]
    found = resolve(here, names)
    assert list(found) == names
    assert found.pop("localhost")
    assert set(found.values()) == {frozenset()}
