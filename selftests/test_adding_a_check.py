import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import NotFoundException

from fixtures.nodes import readings
from fixtures.nodes.node import Node
from fixtures.verdict import resources
from selftests import ROOT

pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs" / "adding-a-check.md").read_text()
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NAMED = re.compile(r"`((?:fixtures|tests|selftests|lab|faults|docs)/[a-z0-9_./-]*)`")
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_CELL = re.compile(r"^\| (`.+?) \|", re.MULTILINE)
DF = "#!/bin/sh\nprintf 'Use%%\\n {}%%\\n'\n"


@pytest.fixture
def example(pytester: pytest.Pytester) -> pytest.Pytester:
    code, _, _ = FENCE.findall(PAGE)
    folder = pytester.path / "tests" / "compute"
    folder.mkdir(parents=True)
    (folder / "test_compute_nodes.py").write_text(code)
    pytester.makeconftest((ROOT / "conftest.py").read_text())
    return pytester


def run(example: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    here = ("-c", f"{ROOT}/pyproject.toml", "--rootdir=.", "--alluredir=")
    return example.runpytest_subprocess(*here, *arguments, "tests")


def run_on_a_disk(example: pytest.Pytester, used: int, monkeypatch: pytest.MonkeyPatch) -> pytest.RunResult:
    df = example.path / "bin" / "df"
    df.parent.mkdir()
    df.write_text(DF.format(used))
    df.chmod(0o755)
    monkeypatch.setenv("PATH", str(df.parent), prepend=":")
    return run(example, "--hosts=local://", "--role=compute=local")


def test_the_example_passes(example: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    run_on_a_disk(example, 50, monkeypatch).assert_outcomes(passed=1)


def test_the_example_fails_with_its_message(example: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run_on_a_disk(example, 97, monkeypatch)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*local: /var/lib/nova/instances is 97 % full, expected less than 95. Fix: on local*"])


def test_the_example_is_skipped_without_a_compute_node(example: pytest.Pytester) -> None:
    (example.path / "tests" / "test_other.py").write_text("def test_of_anything(): pass")
    result = run(example, "--hosts=local://", "--role=block=local")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*no node with the role compute among --hosts=local://*"])


class Neutron:
    """Has routers."""

    def __init__(self) -> None:
        self.there: list[str] = []

    def create_router(self, name: str, description: str) -> SimpleNamespace:
        assert description == "the run's"
        self.there.append(name)
        return SimpleNamespace(id=name)

    def delete_router(self, router_id: str) -> None:
        self.there.remove(router_id)

    def get_router(self, router_id: str) -> SimpleNamespace:
        if router_id not in self.there:
            raise NotFoundException
        return SimpleNamespace(id=router_id)


def test_the_resource_is_declared_and_made_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "RESOURCES", {})
    _, code, _ = FENCE.findall(PAGE)
    exec(code, {"__name__": "fixtures.network.router"})
    [(name, declared)] = resources.RESOURCES.items()
    assert (name, declared.is_late) == ("other_router", True)
    neutron = Neutron()
    given: dict[str, Any] = {
        "cloud": SimpleNamespace(network=neutron),
        "run": SimpleNamespace(name="run-{}".format, tag="the run's"),
        "deadlines": SimpleNamespace(gone=1),
    }
    making = declared.make(**given)
    next(making)
    assert neutron.there == ["run-other-router"]
    assert list(making) == []
    assert neutron.there == []


def test_the_fixtures_of_the_table_are_there(example: pytest.Pytester) -> None:
    table = PAGE.partition("| fixture |")[2].partition("\n\n")[0]
    named = {name for cell in FIRST_CELL.findall(table) for name in re.findall(r"`(\w+)`", cell)}
    listed = run(example, "--fixtures").outlines
    there = {re.split(r"[ \[]", line)[0] for line in listed if line and not line.startswith(" ")}
    assert named
    assert sorted(named - there) == []


def test_each_file_of_checks_is_named_as_the_page_says() -> None:
    files = [file.relative_to(ROOT / "tests") for file in (ROOT / "tests").rglob("test_*.py")]
    named = re.compile(r"((\w+)/test_(expected_)?\2|network/test_ovn)_(nodes|api|workload)\.py")
    assert [file.as_posix() for file in files if not named.fullmatch(file.as_posix())] == []
    assert len(files) > 10


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_what_a_page_names_is_there(file: Path) -> None:
    named = NAMED.findall(file.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_that_is_linked_is_there() -> None:
    for file in PAGES:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text())
        assert [link for link in links if not (file.parent / link).exists()] == []


def test_the_reading_is_declared_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "ALL", {})
    code, names = FENCE.findall(PAGE)[2], dict[str, Any](__name__="fixtures.block.multipath_maps")
    exec(code, names)
    [declared] = readings.ALL.values()
    assert declared.name == "block.multipath_maps.maps_on"
    assert declared.wanted_by == {"multipath_maps"}
    asked: list[str] = []

    def check_output(command: str) -> str:
        asked.append(command)
        return "one\ntwo"

    host: Any = SimpleNamespace(check_output=check_output)
    node = Node("compute1", frozenset(), host)
    assert [names["maps_on"](node) for _ in range(2)] == [["one", "two"]] * 2
    assert asked == ["multipath -ll"]
