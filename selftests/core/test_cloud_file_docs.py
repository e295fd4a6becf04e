"""The example of docs/cloud-file.md is a file as it stands there, and has every key."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fixtures.core.cloud_file import CloudFile, Expected, WrittenWaiver
from fixtures.core.cloud_file_reader import read_cloud_file
from fixtures.core.options import NUMBERS, VALUES
from fixtures.session.must_run import FEATURES
from fixtures.verdict.named_checks import mistake_in
from selftests import ROOT

PAGE = (ROOT / "docs" / "cloud-file.md").read_text()
[EXAMPLE] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path: Path) -> CloudFile:
    (tmp_path / "cloud.toml").write_text(EXAMPLE)
    return read_cloud_file(tmp_path / "cloud.toml", "cloud.toml")


def test_the_example_names_what_there_is(example: CloudFile) -> None:
    names = [*example.expected.must_run, *(each.row or each.check or "" for each in example.waivers)]
    assert len(names) == 4
    assert [mistake_in(name, ROOT) for name in names] == [("", "")] * 4
    assert {*example.expected.features} <= FEATURES.keys()


def test_the_example_has_every_key() -> None:
    found: Any = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", EXAMPLE, flags=re.MULTILINE))
    assert found.keys() == CloudFile.model_fields.keys()
    assert found["expected"].keys() == Expected.model_fields.keys()
    assert {key for each in found["waivers"] for key in each} == WrittenWaiver.model_fields.keys()


def test_each_option_of_a_cloud_is_a_key() -> None:
    options = {each.option.removeprefix("--").replace("-", "_") for each in (*VALUES, *NUMBERS)}
    assert options <= CloudFile.model_fields.keys()


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_a_check_and_told(feature: str) -> None:
    assert mistake_in(FEATURES[feature], ROOT) == ("", "")
    assert f"`{feature}`" in PAGE
