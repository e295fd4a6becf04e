"""Whatever is imported is declared: another package may stop to bring it along."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from selftests import ROOT

TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]
OWN = {path.name.removesuffix(".py") for path in ROOT.iterdir()}
INSTALLED = packages_distributions()
ON_MACHINES = ROOT / "lab" / "roles"
"""What runs on the lab's machines, with their libraries."""
NAME = re.compile(r"[\w.-]+")


def normal(name: str) -> str:
    """As PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> set[str]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {normal(found[0]) for line in lines if (found := NAME.match(line))}


def modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def imported(place: str, *, always: bool = False) -> set[str]:
    """The distributions that a file, or the files of a folder, import; with `always`, only what each import needs."""
    files = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
    trees = [ast.parse(file.read_text()) for file in files if ON_MACHINES not in file.parents]
    nodes = (node for tree in trees for node in (tree.body if always else ast.walk(tree)))
    packages = {module.partition(".")[0] for node in nodes for module in modules(node)}
    return {normal(name) for package in packages for name in distributions(package)}


def distributions(package: str) -> Iterator[str]:
    if package in OWN or package in sys.stdlib_module_names:
        return
    assert package in INSTALLED, f"{package} is not installed"
    yield from INSTALLED[package]


@pytest.mark.parametrize("place", ["conftest.py", "fixtures", "tests", "faults", "reports", "openstack_acceptance"])
def test_what_a_run_imports_is_a_dependency(place: str) -> None:
    assert imported(place, always=True) - declared() == set()


@pytest.mark.parametrize(
    ("place", "extras"),
    [("fixtures", ["dev"]), ("reports", ["report"]), ("lab", []), ("openstack_acceptance", []), ("selftests", ["dev"])],
)
def test_what_is_imported_besides_is_an_extra(place: str, extras: list[str]) -> None:
    assert imported(place) - declared(*extras) == set()


def test_the_test_sees_what_is_imported() -> None:
    assert {"requests", "keystoneauth1", "openstacksdk"} <= imported("fixtures", always=True)
    assert "pytest-xdist" in imported("fixtures") - imported("fixtures", always=True)


def test_each_dependency_says_what_it_is_for() -> None:
    lines = TEXT.partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    assert len(lines) == len(PROJECT["dependencies"])
    assert [line for line in lines if "# " not in line] == []


def test_every_version_is_pinned() -> None:
    pinned = {normal(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert declared("dev", "report") - pinned - {"types-requests"} == set()
