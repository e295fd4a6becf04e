import pytest

from fixtures.nodes.spelled_addresses import as_shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [("2001:DB8:0:0::10", "2001:db8::10"), (" 10.0.0.11 ", "10.0.0.11"), ("controller", "controller"), ("", "")],
)
def test_an_address_is_as_the_node_shows_it(told: str, shown: str) -> None:
    assert as_shown(told) == shown
