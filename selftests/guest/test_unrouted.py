"""A network whose range another one has: what a cloud may do without, and what is its fault."""

from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.outcomes import Skipped
from openstack.exceptions import BadRequestException, NotFoundException

from fixtures.core.deadlines import Deadlines
from fixtures.guest.unrouted import unrouted_network

RUN: Any = SimpleNamespace(name=str, tag="the run's")
# By Neutron of Victoria, with allow_overlapping_ips as it is by default
OVERLAPPING = (
    "400: Client Error for url: http://controller:9696/v2.0/subnets, Invalid input for operation: Requested subnet "
    "with cidr: 172.16.1.0/24 for network: 1f48fdd1 overlaps with another subnet.."
)


class Cloud:
    """Neutron, which makes networks, and refuses their subnets."""

    def __init__(self, refusal: str) -> None:
        self.refusal = refusal
        self.networks: list[str] = []
        self.network = self

    def create_network(self, **_: Any) -> SimpleNamespace:
        self.networks = ["n1"]
        return SimpleNamespace(id="n1")

    def create_subnet(self, **_: Any) -> None:
        raise BadRequestException(self.refusal)

    def get_network(self, *_: Any) -> SimpleNamespace:
        if not self.networks:
            raise NotFoundException
        return SimpleNamespace(id="n1")

    def delete_network(self, *_: Any, **__: Any) -> None:
        self.networks = []


@pytest.mark.parametrize(("refusal", "comes"), [(OVERLAPPING, Skipped), ("400: Invalid CIDR", BadRequestException)])
def test_only_a_range_that_is_taken_is_skipped(refusal: str, comes: type[BaseException]) -> None:
    cloud: Any = Cloud(refusal)
    with pytest.raises(comes), unrouted_network(cloud, "other", RUN, Deadlines(), {"cidr": "172.16.1.0/24"}):
        pytest.fail("nothing was made")
    assert cloud.networks == []
