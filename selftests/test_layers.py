import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from selftests import ROOT

MAKERS = ("pytest.fixture", "prefetch", "resource")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [layer.split(" | ") for layer in reversed(CONTRACTS[0]["layers"])]
HEIGHT = {folder: height for height, layer in enumerate(LAYERS) for folder in layer}


def fixtures_in(file: Path) -> Iterator[ast.FunctionDef]:
    for function in ast.parse(file.read_text()).body:
        if isinstance(function, ast.FunctionDef) and any(
            ast.unparse(each).startswith(MAKERS) for each in function.decorator_list
        ):
            yield function


def test_a_fixture_asks_for_what_is_in_its_own_folder_or_below() -> None:
    """import-linter sees what is imported, and no arguments."""
    folders = {file: file.relative_to(ROOT / "fixtures").parts[0] for file in (ROOT / "fixtures").rglob("*.py")}
    made = {fixture.name: folder for file, folder in folders.items() for fixture in fixtures_in(file)}
    arrows = [
        (fixture.name, folder, need.arg, made[need.arg])
        for file, folder in folders.items()
        for fixture in fixtures_in(file)
        for need in fixture.args.args
        if need.arg in made
    ]
    assert (len(made) > 150, len(arrows) > 300) == (True, True)
    assert [arrow for arrow in arrows if not may_ask(arrow[1], arrow[3])] == []


def may_ask(folder: str, other: str) -> bool:
    return folder == other or HEIGHT[folder] > HEIGHT[other]


def test_the_picture_has_the_same_layers() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text().partition("\n```\n report ")[2].partition("```")[0]
    lines = f"report {picture}".strip().splitlines()
    assert [line.split() for line in reversed(lines)] == LAYERS


def test_the_test_knows_each_folder() -> None:
    folders = {file.parent.name for file in (ROOT / "fixtures").glob("*/__init__.py")}
    assert set(HEIGHT) == folders
    assert not may_ask("network", "guest")
