"""The command, from the checkout and from elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from openstack_acceptance import command
from openstack_acceptance.row_names import pages
from selftests import ROOT
from selftests.test_command_line import NO_CLOUD

THE_COMMAND = [sys.executable, "-m", "openstack_acceptance"]


def run(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    alone = {**NO_CLOUD, "HOME": str(cwd), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run([*THE_COMMAND, *words], capture_output=True, text=True, cwd=cwd, env=alone)


@pytest.mark.parametrize("name", command.SUBCOMMANDS)
def test_each_subcommand_says_what_it_does(name: str) -> None:
    found = command.Subcommands().get_command(click.Context(command.command), name)
    assert found
    assert found.get_short_help_str(80)


def test_a_function_is_a_subcommand_that_knows_its_own_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(command.SUBCOMMANDS, "count", "builtins:len")
    assert command.main(["count", "--help", "-x", "y"]) == 3


def test_what_there_is_not_cannot_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["bogus"]) == pytest.ExitCode.USAGE_ERROR
    assert command.main(["rows", "NOVA-999"]) == pytest.ExitCode.USAGE_ERROR
    assert "NOVA-999: no such row. Fix: openstack-acceptance rows lists them" in capsys.readouterr().err


def test_rows_are_listed_in_order_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["rows"])
    listed = capsys.readouterr().out.splitlines()
    assert listed == [f"{row:<7}  {title}" for row, title in pages().items()]
    assert [line.split()[0] for line in listed if line.startswith("NOVA-1")][:3] == ["NOVA-1", "NOVA-10", "NOVA-11"]
    command.main(["rows", "nova-3"])
    assert capsys.readouterr().out == (ROOT / "docs" / "rows" / "NOVA-3.md").read_text() + "\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--row=NOVA-3", "--report-dir=there"], pytest.ExitCode.OK),  # all are skipped
        (["--row", "NOVA-999", "--report-dir=there"], pytest.ExitCode.USAGE_ERROR),
        (["-knothing_of_that_name", "--report-dir=there"], pytest.ExitCode.NO_TESTS_COLLECTED),
    ],
)
def test_exit_codes_are_pytests(words: list[str], code: int, tmp_path: Path) -> None:
    assert run("run", *words, cwd=tmp_path).returncode == code
    assert (tmp_path / "there" / "verdict.json").exists()


def test_a_test_of_the_checkout_is_found_from_elsewhere(tmp_path: Path) -> None:
    done = run("run", "--collect-only", "-q", "tests/identity", cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    found = [line for line in done.stdout.splitlines() if "::" in line]
    assert found
    assert all(line.startswith("tests/identity/") for line in found)


def test_help_is_of_the_suites_own_options(tmp_path: Path) -> None:
    told = run("run", "--help", cwd=tmp_path).stdout
    assert told.startswith("Usage: openstack-acceptance run [PYTEST OPTIONS] [TESTS]\n")
    assert "[IMAGE_USER, default:" in told
    assert "--doctor" in told
    assert "--pdb" not in told


def test_sweep_and_doctor_are_pytests_options(tmp_path: Path) -> None:
    swept = run("sweep", "--dry-run", cwd=tmp_path)
    assert swept.returncode == pytest.ExitCode.USAGE_ERROR
    assert "credentials: none given" in swept.stderr
    asked = run("doctor", "--row=NOVA-3", cwd=tmp_path)
    assert asked.returncode == pytest.ExitCode.OK
    assert "✓ a run can begin: 0 of 2 checks" in asked.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("openstack-acceptance d", ["plain,doctor"]),
        ("openstack-acceptance rows swi-", [f"plain,SWI-{number}" for number in range(1, 5)]),
        ("openstack-acceptance run --row SWI-4", ["plain,SWI-4"]),
        ("openstack-acceptance sweep --dr", ["plain,--dry-run"]),
    ],
)
def test_a_shell_completes_it(words: str, told: list[str], tmp_path: Path) -> None:
    asked = {
        "_OPENSTACK_ACCEPTANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    assert run(cwd=tmp_path, **asked).stdout.splitlines() == told


def test_the_page_has_the_commands() -> None:
    page = (ROOT / "docs" / "command.md").read_text()
    assert [name for name in command.SUBCOMMANDS if f"openstack-acceptance {name}" not in page] == []
    assert os.access(ROOT / "container" / "build", os.X_OK)
