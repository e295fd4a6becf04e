"""What ends a command inside a node: all of it is multiplied by --timeout-scale."""

import re
from pathlib import Path

import pytest
import testinfra

import fixtures
from fixtures.nodes.any_python import RUN
from fixtures.nodes.checked_host import LIMIT, checked
from fixtures.nodes.time_limits import in_python

FIXED = re.compile(r"\btimeout(?: -[ks] ?\w+)* \d|--timeout=\d|ConnectTimeout=\d|\bas_user \S+ \d")


def test_no_limit_in_a_node_is_fixed() -> None:
    folder = Path(fixtures.__file__).parent
    found = {str(file.relative_to(folder)) for file in folder.rglob("*.py") if FIXED.search(file.read_text())}
    assert not found


@pytest.mark.parametrize(
    "line", ["timeout 30 virsh", "timeout -k 1 15 docker", "x --timeout=10 y", "as_user nova 50 x"]
)
def test_a_fixed_one_would_be_found(line: str) -> None:
    assert FIXED.search(line)


@pytest.mark.parametrize(("factor", "seconds"), [(1, 30), (2.5, 75), (0.5, 15)])
def test_each_is_multiplied_in_the_node(factor: float, seconds: int) -> None:
    host = checked(testinfra.get_host("local://"), LIMIT * factor)
    assert host.check_output("echo $((30 * TIMEOUT_PERCENT / 100))") == str(seconds)
    assert host.check_output("sh -c %s sh %s", RUN, in_python(WHOLE=30) + "print(WHOLE)") == str(seconds)


def test_where_the_host_ends_nothing_they_are_as_they_stand() -> None:
    assert checked(testinfra.get_host("local://")).check_output("echo $((30 * TIMEOUT_PERCENT / 100))") == "30"
