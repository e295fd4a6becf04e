import json
import os
from pathlib import Path

import pytest

from fixtures.report import history_folder
from fixtures.report.history_folder import HistoryFolder, lines_of
from fixtures.report.history_record import folded, spread
from selftests.report.known_runs import known_run


@pytest.fixture
def folder(tmp_path: Path) -> HistoryFolder:
    return HistoryFolder(tmp_path / "history", 3)


def test_what_is_kept_comes_back_the_oldest_first(folder: HistoryFolder) -> None:
    later, earlier = known_run(2, passed=["a[x]", "a[y[1]]", "b"]), known_run(1, failed={"NOVA-3": ["a[x]"]})
    folder.add(later)
    folder.add(earlier)
    assert folder.read() == ([earlier, later], [])
    assert sorted(file.name for file in folder.path.iterdir()) == [
        "20261101T020000Z-000000000001.json",
        "20261102T020000Z-000000000002.json",
    ]


def test_the_names_of_checks_stay() -> None:
    names = ["t.py::a", "t.py::b[x]", "t.py::b[y[1]]", "t.py::b[]"]
    assert sorted(spread(folded(names))) == sorted(["t.py::a", "t.py::b[x]", "t.py::b[y[1]]", "t.py::b"])


def test_of_each_cloud_the_newest_stay(folder: HistoryFolder) -> None:
    folder.add(known_run(1, cloud="c2"))
    for day in range(2, 8):
        folder.add(known_run(day))
    assert [(run.cloud, run.began[8:10]) for run in folder.read()[0]] == [
        ("c2", "01"),
        ("c1", "05"),
        ("c1", "06"),
        ("c1", "07"),
    ]


def test_where_there_is_no_folder_there_are_no_runs(folder: HistoryFolder) -> None:
    assert folder.read() == ([], [])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no JSON"),
        (b"{}", "not a run's: in began, blocked, cloud not what openstack-acceptance history has"),
        (b'{"schema": 1, "root_causes": []}', "not a run's: in began, blocked, cloud not"),
        (json.dumps(known_run(1).model_dump(by_alias=True) | {"schema": 2}).encode(), "of another version"),
        (json.dumps(known_run(1).model_dump(by_alias=True) | {"program": "else"}).encode(), "not a run's: in program"),
        (json.dumps(known_run(1).model_dump(by_alias=True) | {"began": "noon"}).encode(), "no moment: began"),
    ],
)
def test_what_is_no_run_is_told_in_a_line_and_left_out(folder: HistoryFolder, content: bytes, why: str) -> None:
    folder.add(known_run(5))
    file = folder.path / "20261101T020000Z-000000000001.json"
    file.write_bytes(content)
    records, [line] = folder.read()
    assert records == [known_run(5)]
    assert line.startswith(f"{file}: left out: {why}")
    assert line.endswith(". Fix: move it away")
    assert "\n" not in line


def test_so_is_one_that_is_too_large(folder: HistoryFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.add(known_run(5))
    monkeypatch.setattr(history_folder, "LARGEST", 100)
    assert folder.read()[0] == []
    assert ": left out: more than 0 MiB." in folder.read()[1][0]


def test_and_one_that_cannot_be_read(folder: HistoryFolder) -> None:
    (folder.path / "20261101T020000Z-000000000001.json").mkdir(parents=True)
    assert "Is a directory" in folder.read()[1][0]


def test_other_files_are_not_looked_at(folder: HistoryFolder) -> None:
    folder.path.mkdir()
    for name in ("notes.txt", "allure-c1.jsonl", "20261101T020000Z-000000000001.new"):
        (folder.path / name).write_text("x")
    assert folder.read() == ([], [])
    for day in range(1, 9):
        folder.add(known_run(day))
    assert (folder.path / "notes.txt").exists()


def test_of_many_complaints_some_are_told() -> None:
    assert [*lines_of(["a", "b"])] == ["a", "b"]
    assert [*lines_of(["a", "b", "c", "d", "e"])][3:] == [
        "2 more files of the history are left out. Fix: move them away"
    ]


def test_two_runs_at_once_keep_both(folder: HistoryFolder) -> None:
    """Each has a file of its own, which is there whole or not at all."""
    folder.path.mkdir()
    children = []
    for day in (1, 2):
        if not (child := os.fork()):
            folder.add(known_run(day))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert len(folder.read()[0]) == 2
