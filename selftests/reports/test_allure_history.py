import json
from pathlib import Path
from typing import Any

import pytest

from reports.allure_history import KEPT, AllureHistory, line_in, of_run


def line(run: str) -> dict[str, Any]:
    result = {"status": "passed", "trace": "long", "labels": [1], "historyId": "h"}
    return {"uuid": f"u-{run}", "testResults": {"h": result}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "allure-c1.jsonl"


def drawn(file: Path, *runs: str) -> None:
    for run in runs:
        AllureHistory(file, run).add(line(run))


def runs(file: Path) -> list[str]:
    return [json.loads(each)["run"] for each in file.read_text().splitlines()]


def test_a_run_sees_those_before_it(file: Path) -> None:
    assert AllureHistory(file, "a").before() == []
    drawn(file, "a", "b")
    assert [each["uuid"] for each in AllureHistory(file, "c").before()] == ["u-a", "u-b"]


def test_one_that_is_drawn_again_takes_its_own_place(file: Path) -> None:
    drawn(file, "a", "b", "c", "b")
    assert runs(file) == ["a", "b", "c"]
    assert [each["uuid"] for each in AllureHistory(file, "b").before()] == ["u-a"]


def test_the_newest_stay_without_what_is_not_shown(file: Path) -> None:
    drawn(file, *(str(number) for number in range(KEPT + 3)))
    assert runs(file) == [str(number) for number in range(3, KEPT + 3)]
    [result] = json.loads(file.read_text().splitlines()[0])["testResults"].values()
    assert result == {"status": "passed", "historyId": "h"}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"testResults": []}', "[" * 100_000])
def test_what_allure_could_not_read_is_left_out(file: Path, text: str) -> None:
    file.write_text(f"{text}\n")
    assert line_in(text) is None
    drawn(file, "a")
    assert runs(file) == ["a"]


def test_a_run_that_kept_a_history_has_one(tmp_path: Path) -> None:
    told = {"schema": 1, "run": "0123", "history": {"folder": str(tmp_path), "cloud": "c1"}}
    (tmp_path / "verdict.json").write_text(json.dumps(told))
    assert of_run(tmp_path) == AllureHistory(tmp_path / "allure-c1.jsonl", "0123")


@pytest.mark.parametrize(
    "history", [None, {}, [], {"folder": "/nowhere", "cloud": "c1"}, {"folder": "/", "cloud": "../x"}, "text"]
)
def test_others_have_none(tmp_path: Path, history: object) -> None:
    assert of_run(tmp_path) is None
    (tmp_path / "verdict.json").write_text(json.dumps({"run": "0123", "history": history}))
    assert of_run(tmp_path) is None
