from types import SimpleNamespace
from typing import Any, cast

import pytest
from openstack.connection import Connection

from fixtures.compute.console import wait_until_booted
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import WaitFailed

PROMPT = "\nacceptance-server login: "
KERNEL = "[   98.055163] CE: hpet increased min_delta_ns to 288319 nsec\n"
DEADLINES = Deadlines()
pytestmark = pytest.mark.usefixtures("pauses")
SERVER = cast(Any, SimpleNamespace(id="5e1f"))


def cloud(console: str) -> Connection:
    told = {"output": console}
    return cast(Connection, SimpleNamespace(compute=SimpleNamespace(get_server_console_output=lambda _: told)))


@pytest.mark.parametrize("below", ["", KERNEL, KERNEL * 40], ids=["nothing", "a line", "many lines"])
def test_a_guest_has_booted_whatever_its_kernel_says_below_the_prompt(below: str) -> None:
    assert wait_until_booted(cloud(KERNEL + PROMPT + below), SERVER, DEADLINES).endswith(PROMPT + below)


def test_the_last_lines_tell_how_far_a_boot_came() -> None:
    with pytest.raises(WaitFailed, match=r"(?s)login prompt.*5e1f.*nothing is bootable") as told:
        wait_until_booted(cloud("SeaBIOS\n" * 500 + "nothing is bootable"), SERVER, DEADLINES)
    assert len(str(told.value)) < 1000
