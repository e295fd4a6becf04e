"""What pytest can tell of the suite without a cloud, in a bare checkout."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.core.options import VALUES
from selftests import ROOT

BARE = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
OURS = re.compile(r"^  (--[a-z-]+)", re.MULTILINE)


def listing(option: str, home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "--alluredir=", "-pno:cacheprovider", option, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**BARE, "HOME": str(home)})
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def help_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return listing("--help", tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def ours(help_text: str) -> str:
    return help_text.partition("OpenStack acceptance")[2].partition("[pytest] configuration")[0]


def test_fixtures_are_listed(tmp_path: Path) -> None:
    told = listing("--fixtures", tmp_path)
    assert re.search(r"^compute_node .*\n +Each compute node in turn\.", told, re.MULTILINE)
    assert "\nguest " in told


def test_fixtures_of_each_test_are_listed(tmp_path: Path) -> None:
    told = listing("--fixtures-per-test", tmp_path, "--row=NOVA-3")
    assert "fixtures used by test_my_ip_is_an_address_of_this_node" in told
    assert "\nnova_node" in told


def test_rows_are_listed_as_markers(tmp_path: Path) -> None:
    assert "@pytest.mark.NOVA-3: NOVA-3 my_ip is the node's own" in listing("--markers", tmp_path)


@pytest.mark.parametrize("hosts", [(), ("--hosts=nowhere.invalid",)])
def test_a_plan_contacts_nobody(hosts: tuple[str, ...], tmp_path: Path) -> None:
    told = listing("--setup-plan", tmp_path, "--row=NEU-12,NOVA-3", *hosts)
    assert re.search(r"SETUP +S floating_ip \(fixtures used: ", told)


def test_each_variable_and_default_is_told(ours: str) -> None:
    text = " ".join(ours.split())
    for value in VALUES:
        assert f"{value.option}={value.metavar} {value.text} [{value.variable}, default: " in text
    assert "[IMAGE_USER, default: cirros]" in text
    assert "[TIMEOUT_SCALE, default: 1]" in text


def test_every_option_has_a_help_text(ours: str) -> None:
    lines = [line for line in ours.splitlines() if line.startswith("  --")]
    shown = ours.splitlines()
    for line in lines:
        below = shown[shown.index(line) + 1]
        assert re.search(r"\S {2,}\w", line.strip()) or re.match(r" {20,}\w", below), line


def test_testinfras_options_are_explained(help_text: str, ours: str) -> None:
    testinfras = help_text.partition("\ntestinfra:")[2].partition("\n\n")[0]
    for option in ("--hosts", "--connection", "--ssh-config", "--ssh-identity-file", "--sudo", "--ansible-inventory"):
        assert option in testinfras
        assert option in ours


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in VALUES:
        monkeypatch.setitem(BARE, value.variable, "")
    listing("--collect-only", tmp_path, "-q")


def test_every_option_of_ours_is_in_the_docs(ours: str) -> None:
    pages = "".join(file.read_text() for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    options = {*OURS.findall(ours)}
    assert {"--keep-going", "--row", "--timeout-scale"} < options
    assert [option for option in sorted(options) if option not in pages] == []
