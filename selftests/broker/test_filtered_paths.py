from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.broker.filtered_paths import filtered_paths_now
from fixtures.broker.paths import BrokerPath
from fixtures.nodes.firewall.packet_filters import PacketFilters

find: Any = getattr(filtered_paths_now, "__wrapped__")  # noqa: B009  # the function under the fixture
NODE: Any = SimpleNamespace(name="controller")


def path(**parts: str) -> BrokerPath:
    filters = PacketFilters(NODE, {"addresses": "", **parts})
    return BrokerPath("controller", 5672, "10.0.0.11", "10.0.0.101", "open", filters)


def test_a_filter_that_no_program_shows_is_not_taken_for_an_open_one() -> None:
    with pytest.raises(pytest.skip.Exception, match="neither iptables nor nft on controller"):
        find([path()])


def test_an_empty_one_needs_no_rule() -> None:
    with pytest.raises(pytest.skip.Exception, match="refuses the node nothing"):
        find([path(**{"live 4": "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"})])
