import pytest

from fixtures.identity.token_caches import servers_in


@pytest.mark.parametrize(
    ("value", "servers"),
    [
        ("controller:11211", [("controller", 11211)]),
        ("one:11212, two", [("one", 11212), ("two", 11211)]),
        ("inet6:[fd00::1]:11211", [("fd00::1", 11211)]),
        ("", []),
    ],
)
def test_servers_are_told_apart(value: str, servers: list[tuple[str, int]]) -> None:
    assert servers_in(value) == servers
