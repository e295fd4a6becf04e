from types import SimpleNamespace
from typing import Any

from fixtures.compute.nova_options import unserved_apis

COMPUTE, METADATA = "LISTEN 0 128 0.0.0.0:8774 0.0.0.0:*\n", "LISTEN 0 128 [::]:8775 [::]:*\n"


def controller(listening: str) -> Any:
    return SimpleNamespace(host=SimpleNamespace(check_output=lambda _: listening))


def test_what_is_left_out_may_be_served_beside_nova_api_or_on_another_controller() -> None:
    enabled = ["osapi_compute"]
    assert unserved_apis([controller(COMPUTE + METADATA)], enabled) == []
    assert unserved_apis([controller(COMPUTE), controller(METADATA)], enabled) == []
    assert unserved_apis([controller(COMPUTE)], enabled) == ["metadata"]


def test_nobody_is_asked_where_nothing_is_left_out() -> None:
    silent: Any = SimpleNamespace(host=None)
    assert unserved_apis([silent], ["osapi_compute", "metadata"]) == []
    assert unserved_apis([controller(METADATA), silent], ["osapi_compute"]) == []
