import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.database.schema_probe import SCHEMAS
from fixtures.nodes.option_reader import READER

Lacking = Callable[[str, list[str], list[list[Any]]], list[str]]
REVISION = """
\"\"\"What it does.\"\"\"
import not_to_be_imported

revision = {0!r}
down_revision = {1!r}
depends_on = {2!r}
branch_labels = None
"""


@pytest.fixture
def lacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lacking:
    monkeypatch.syspath_prepend(str(tmp_path))
    names: dict[str, Any] = {}
    exec(READER + SCHEMAS, names)
    found: Lacking = names["lacking"]
    return found


def tree(folder: Path, *revisions: tuple[Any, ...], where: str = "db/migrations/versions") -> None:
    """A package of this name with these: each its ID, down_revision, depends_on and folder."""
    for made, down, needed, *place in revisions:
        file = folder / where / (place[0] if place else "") / f"{made}_.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(REVISION.format(made, down, needed))
    (folder / "__init__.py").write_text("raise ImportError('it is read, and never run')")


@pytest.mark.parametrize(
    ("had", "lacks"),
    [(["c"], []), (["b"], ["c"]), (["a"], ["c"]), (["newer"], []), (["b", "newer"], []), ([], [])],
)
def test_a_database_is_behind_its_code(tmp_path: Path, lacking: Lacking, had: list[str], lacks: list[str]) -> None:
    tree(tmp_path / "behind", ("a", None, None), ("b", "a", None), ("c", "b", None))
    assert lacking("behind", had, []) == lacks


@pytest.mark.parametrize(
    ("had", "lacks"),
    [
        (["e2", "c1"], []),
        (["e1", "c1"], ["e2"]),
        (["e2"], []),  # what is to be contracted may wait
        (["kilo"], ["e2"]),
    ],
)
def test_neutrons_halves(tmp_path: Path, lacking: Lacking, had: list[str], lacks: list[str]) -> None:
    tree(
        tmp_path / "halves",
        ("kilo", None, None),
        ("e1", "kilo", None, "liberty/expand"),
        ("e2", "e1", None, "liberty/expand"),
        ("c1", "kilo", ("e1",), "liberty/contract"),
        where="db/migration/alembic_migrations/versions",
    )
    assert lacking("halves", had, []) == lacks


def test_glances_contraction_stands_for_its_expansion(tmp_path: Path, lacking: Lacking) -> None:
    revisions = [("e1", "old", None), ("x_contract01", "old", "e1"), ("old", None, None)]
    tree(tmp_path / "one_row", *revisions)
    assert lacking("one_row", ["x_contract01"], []) == []
    assert lacking("one_row", ["old"], []) == ["e1"]


def test_of_two_trees_it_is_the_one_that_the_database_is_of(tmp_path: Path, lacking: Lacking) -> None:
    tree(tmp_path / "two", ("a1", None, None), ("a2", "a1", None), where="db/api/migrations/versions")
    tree(tmp_path / "two", ("m1", None, None), ("m2", "m1", None), where="db/main/migrations/versions")
    assert (lacking("two", ["a1"], []), lacking("two", ["m2"], [])) == (["a2"], [])


def test_the_tests_own_do_not_count(tmp_path: Path, lacking: Lacking) -> None:
    tree(tmp_path / "tested", ("a", None, None), ("b", "a", None), where="tests/db/migrations/versions")
    assert lacking("tested", ["a"], []) == []


@pytest.mark.parametrize("depends_on", ["a_label_of_a_branch", "labels()"])
def test_what_is_not_understood_says_nothing(tmp_path: Path, lacking: Lacking, depends_on: str) -> None:
    tree(tmp_path / "odd", ("a", None, None), ("b", "a", None), ("c", "b", None))
    file = tmp_path / "odd/db/migrations/versions/b_.py"
    file.write_text(file.read_text().replace("depends_on = None", f"depends_on = {depends_on!r}"))
    if "(" in depends_on:
        file.write_text(file.read_text().replace(repr(depends_on), depends_on))
    assert lacking("odd", ["b"], []) == []


def test_a_package_that_is_not_there_says_nothing(lacking: Lacking) -> None:
    assert lacking("no_such_package_at_all", ["a"], [["x", 1]]) == []
    assert lacking("no-package", ["a"], []) == []


@pytest.mark.parametrize(("repository", "lacks"), [("expand", ["9"]), ("data_migration", []), ("contract", [])])
def test_what_keystone_does_after_its_restart_may_wait(
    tmp_path: Path, lacking: Lacking, repository: str, lacks: list[str]
) -> None:
    package = f"keystone_of_{repository}"
    folder = tmp_path / package / f"common/sql/{repository}_repo"
    os.makedirs(folder / "versions")
    (folder / "migrate.cfg").write_text(f"[db_settings]\nrepository_id=keystone_{repository}\n")
    (folder / "versions/009_of_this.py").touch()
    (tmp_path / package / "__init__.py").touch()
    assert lacking(package, [], [[f"keystone_{repository}", 8]]) == lacks


@pytest.mark.parametrize(
    ("had", "lacks"),
    [
        ([["nova", 402]], []),
        ([["nova", 391]], ["402"]),
        ([["nova", 500]], []),
        ([["another", 1]], []),
        ([], []),
    ],
)
def test_the_numbers_of_older_releases(
    tmp_path: Path, lacking: Lacking, had: list[list[Any]], lacks: list[str]
) -> None:
    folder = tmp_path / "numbered/db/sqlalchemy/migrate_repo"
    os.makedirs(folder / "versions")
    (folder / "migrate.cfg").write_text("[db_settings]\n# names\nrepository_id=nova\nversion_table=migrate_version\n")
    for name in ("391_placeholder.py", "402_add_resources.py", "__init__.py"):
        (folder / "versions" / name).touch()
    (tmp_path / "numbered/__init__.py").touch()
    assert lacking("numbered", [], had) == lacks
