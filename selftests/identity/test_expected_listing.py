import pytest
import requests_mock as mocker

from fixtures.identity.expected_listing import why_unlisted
from selftests.tools import fake_keystone


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("compute", ""),
        ("identity", ""),
        (
            "object-store",
            "the catalogue shows no object-store in region RegionOne, but compute, identity; expected by ",
        ),
        ("something-of-ours", "the catalogue shows no something-of-ours in region RegionOne, but compute, identity; "),
        ("volumev3", "it runs on block1"),
    ],
)
def test_what_the_catalogue_does_not_show_is_told(kind: str, told: str) -> None:
    with mocker.Mocker() as requests:
        fake_keystone.keystone(requests, "member")
        found = why_unlisted(fake_keystone.connected(), kind, {"volumev3": "it runs on block1"})
    assert found.startswith(told)
    assert bool(found) is bool(told)
