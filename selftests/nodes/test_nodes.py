import threading
from typing import Any

import pytest

from fixtures.nodes.nodes import side_by_side


def test_answers_come_in_the_order_of_the_nodes() -> None:
    nodes: Any = ("slow", "fast")
    fast_is_done = threading.Event()

    def ask(node: Any) -> str:
        if node == "slow":
            assert fast_is_done.wait(10)
        else:
            fast_is_done.set()
        return f"{node} answers"

    assert side_by_side(ask, nodes) == ["slow answers", "fast answers"]


def test_what_goes_wrong_on_a_node_is_raised() -> None:
    def ask(node: Any) -> None:
        raise RuntimeError(f"{node} did not answer within 60 s")

    nodes: Any = ["controller"]
    with pytest.raises(RuntimeError, match="controller"):
        side_by_side(ask, nodes)
