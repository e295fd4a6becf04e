import pytest

from fixtures.nodes.name_resolution import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "::1", "localhost", "localhost.localdomain"])
def test_what_means_the_machine_itself(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.11", "fd00::1", "controller", "127-0-0-1.example.org"])
def test_what_means_another(host: str) -> None:
    assert not is_loopback(host)
