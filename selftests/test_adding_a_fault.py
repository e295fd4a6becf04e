"""The example of docs/adding-a-fault.md is read by the lab, and found by the check that it is meant for."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from faults import trial
from lab import faults
from lab.errors import LabError
from lab.fault_file import ROLES, SCRIPTS, TEXTS
from lab.machines import machines
from selftests import ROOT

PAGE = (ROOT / "docs" / "adding-a-fault.md").read_text()
FENCE = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = "cinder-volume-not-enabled"
# What `systemctl show` says of a service before it is broken, and after
SYSTEMCTL = """#!/bin/sh
[ "$1" = list-unit-files ] && exec echo cinder-volume.service {0}
for each; do
    case $each in
        cinder-volume.service)
            printf 'Id=%s\\nLoadState=loaded\\nUnitFileState={0}\\n' "$each"
            printf 'ActiveState=active\\nSubState=running\\n\\n' ;;
        *.service | *.socket | *.target) printf 'Id=%s\\nLoadState=not-found\\n\\n' "$each" ;;
    esac
done
"""


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's own, as a file beside no other."""
    [text] = FENCE.findall(PAGE)
    file = tmp_path / "faults" / f"{NAME}.toml"
    file.parent.mkdir()
    file.write_text(text)
    monkeypatch.setattr(faults, "FOLDER", file.parent)
    return file


@pytest.fixture
def fault(example: Path) -> faults.Fault:
    return faults.named(example.stem)


def verdict_where_it_is(enabled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, Any]]:
    """The suite's own check of the page's row, on this machine, whose systemctl says what a broken node's would."""
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(SYSTEMCTL.format(enabled))
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(systemctl.parent), prepend=":")
    run = [sys.executable, "-m", "pytest", "-pno:cacheprovider", f"--report-dir={tmp_path / 'report'}"]
    node = ["--hosts=local://", "--role=block=local", "tests/block", "-k", "volume_service_starts_at_boot"]
    done = subprocess.run([*run, *node], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, json.loads((tmp_path / "report" / "verdict.json").read_text())


def test_the_lab_reads_the_example(fault: faults.Fault) -> None:
    assert list(faults.catalogue()) == [NAME]
    assert fault.row == "CIN-2"
    assert fault.breaks == {"block1": "systemctl disable cinder-volume\n"}
    assert fault.mends == {"block1": "systemctl enable cinder-volume\n"}


def test_the_example_is_shell(fault: faults.Fault) -> None:
    for script in (*fault.breaks.values(), *fault.mends.values()):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_check_of_its_row_says_its_words(
    fault: faults.Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, verdict = verdict_where_it_is("disabled", tmp_path, monkeypatch)
    judged = trial.judged(fault, verdict, code, seconds=1, healthy=True)
    assert judged.is_good, verdict


def test_the_check_passes_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, verdict = verdict_where_it_is("enabled", tmp_path, monkeypatch)
    assert (code, verdict["passed"]) == (pytest.ExitCode.OK, 1), verdict


def test_the_example_is_not_in_the_suite() -> None:
    assert not (ROOT / "faults" / f"{NAME}.toml").exists()


def test_each_field_is_explained() -> None:
    table = PAGE.partition("| field |")[2].partition("\n\n")[0]
    explained = {name for line in table.splitlines() for name in re.findall(r"`\[?(\w+)\]?`", line.split(" | ")[0])}
    assert explained == {*TEXTS, *ROLES, "words", *SCRIPTS, *machines(), "compute"}


def test_each_function_of_the_scripts_is_explained() -> None:
    there = re.findall(r"^([a-z]\w*)\(\) ", (ROOT / "faults" / "words.sh").read_text(), re.MULTILINE)
    table = PAGE.partition("| function |")[2].partition("\n\n")[0]
    named = [name for line in table.splitlines() for name in re.findall(r"`(\w+)", line.split(" | ")[0])]
    assert sorted(named) == sorted(there)


def test_the_mistake_that_it_shows_is_told_so(example: Path) -> None:
    example.with_stem("my-fault").write_text(example.read_text().replace('"CIN-2"', '"CIN-22"'))
    with pytest.raises(LabError) as told:
        faults.catalogue()
    assert f"lab: {told.value}" in PAGE.splitlines()
