import inspect
import re
from collections.abc import Sequence

import pytest

from selftests.test_plugins import modules

FIXTURE = type(pytest.fixture(lambda: None))


def words(name: str) -> list[str]:
    """Each in the singular."""
    return [re.sub(r"(?<=ss)es$|(?<!s)s$", "", word) for word in name.split("_")]


def is_run_of(part: Sequence[str], whole: Sequence[str]) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole)))


def strays() -> list[tuple[str, str]]:
    """Folder and name of each fixture that stands in a file of another name."""
    placed = [
        (module.__name__.split(".")[1], module.__name__.rpartition(".")[2], name)
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, FIXTURE)
    ]
    assert len(placed) > 150
    return [(folder, name) for folder, file, name in placed if not is_run_of(words(file), words(name))]


@pytest.mark.parametrize(
    ("file", "fixture", "is_right"),
    [
        ("volume", "volume", True),
        ("volume", "volumes", True),
        ("volume", "other_volume", True),
        ("free_addresses", "free_address", True),
        ("local_ip", "local_ip", True),
        ("address", "local_ip", False),
        ("volume_server", "volume", False),
        ("volume_type", "volume_of_type", False),
        ("lvm", "volume", False),
    ],
)
def test_a_file_is_known_by_words_of_the_fixture(file: str, fixture: str, is_right: bool) -> None:
    assert is_run_of(words(file), words(fixture)) is is_right


def test_a_fixture_stands_in_a_file_of_its_name() -> None:
    assert strays() == []


def test_none_asks_for_tmp_path() -> None:
    """Where its test's setup is interrupted, pytest 9.2 ends with a KeyError (_pytest/tmpdir.py), exit code 3."""
    asking = [
        f"{module.__name__}.{name}"
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, FIXTURE) and "tmp_path" in inspect.signature(value).parameters
    ]
    assert asking == []
