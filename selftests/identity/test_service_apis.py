import pytest

from fixtures.identity.service_apis import api_of, to_mend
from fixtures.nodes.restarting import Restarting


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("image", "glance-api"),
        ("volumev3", "cinder-api"),
        ("network", "neutron-server"),
        ("orchestration", "heat-api"),
        ("identity", "keystone"),
        ("of-our-own", "the API of of-our-own"),
    ],
)
def test_each_type_has_its_api(kind: str, api: str) -> None:
    assert api_of(kind) == api


def test_who_answers_has_a_route() -> None:
    told = to_mend("identity", 500, Restarting())
    assert told == "restart keystone, and read its log"
    assert "firewall" not in to_mend("image", 503, Restarting())
