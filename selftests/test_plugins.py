import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import fixtures


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(fixtures.__path__, "fixtures."):
        yield importlib.import_module(found.name)


def is_plugin(module: ModuleType) -> bool:
    """Has it a fixture or a hook of its own?"""
    fixture = type(pytest.fixture(lambda: None))
    own = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
    hooks = [each for each in own if getattr(each, "__name__", "").startswith("pytest_")]
    return bool(hooks) or any(isinstance(each, fixture) for each in vars(module).values())


def test_each_module_with_a_fixture_or_a_hook_is_listed_in_its_package(pytestconfig: pytest.Config) -> None:
    missing = [module.__name__ for module in modules() if is_plugin(module)]
    assert [name for name in missing if not pytestconfig.pluginmanager.has_plugin(name)] == []


def test_an_assertion_says_what_it_compared_wherever_it_is() -> None:
    loaders = {module.__name__: type(module.__spec__.loader) for module in modules() if module.__spec__}
    assert [name for name, loader in loaders.items() if loader.__name__ != "AssertionRewritingHook"] == []
