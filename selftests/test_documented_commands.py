"""The commands of README and docs/your-cloud.md run as they are written, but for the cloud and the nodes."""

import hashlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.preflight.image_file import CIRROS
from selftests import ROOT

PAGES = {name: (ROOT / name).read_text() for name in ("README.md", "docs/your-cloud.md")}
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTEST = ".venv/bin/pytest "
CLOUDS = "clouds:\n" + "".join(f"  {name}: {{auth: {{}}}}\n" for name in ("mycloud", "devstack-admin"))
CHECKSUM = re.compile(r"echo (\w+) (\S+) \| (\w+)sum -c")


def commands(page: str) -> list[str]:
    return [line.partition("  #")[0].strip() for block in FENCE.findall(PAGES[page]) for line in block.splitlines()]


WHOLE = [
    line
    for page in PAGES
    for line in commands(page)
    if line.startswith(PYTEST) and "…" not in line and {"--sweep", "--show-nodes", "--doctor"}.isdisjoint(line.split())
]


@pytest.mark.parametrize("line", WHOLE)
def test_pytest_takes_the_options(line: str, tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    words = shlex.split(os.path.expandvars(line.removeprefix(PYTEST)).replace("=report", f"={tmp_path}/report"))
    run = [sys.executable, "-m", "pytest", "--alluredir=", "-pno:cacheprovider", "--collect-only", "-q", *words]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")}
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def test_there_are_commands() -> None:
    assert len(WHOLE) >= 4


@pytest.mark.parametrize("page", PAGES)
def test_the_image_is_fetched_and_compared_before_it_is_used(page: str) -> None:
    lines = commands(page)
    compared = next(line for line in lines if CHECKSUM.search(line))
    [(digest, file, algorithm)] = CHECKSUM.findall(compared)
    assert lines[lines.index(compared) - 1] == CIRROS
    assert CIRROS.endswith(f"/{file}")
    assert len(digest) == 2 * hashlib.new(algorithm).digest_size
    assert any(line.startswith(PYTEST) and f"--image={file}" in line for line in lines)


def test_the_pages_have_one_checksum() -> None:
    assert len({found for text in PAGES.values() for found in CHECKSUM.findall(text)}) == 1


def test_where_make_is_used_an_image_is_given() -> None:
    lines = commands("README.md")
    first = next(number for number, line in enumerate(lines) if "HOSTS=" in line and "make acceptance" in line)
    assert any(line.startswith("export GUEST_IMAGE=") for line in lines[:first])


def test_each_exit_code_has_a_line() -> None:
    table = PAGES["docs/your-cloud.md"].partition("## Exit codes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (\d) \|", table, re.MULTILINE) == [str(int(code)) for code in pytest.ExitCode]


@pytest.mark.parametrize("word", ["DevStack", "JUnit", "--junitxml", "clouds.yaml", "course notes"])
def test_the_fields_words_are_there(word: str) -> None:
    assert word in PAGES["docs/your-cloud.md"]


def test_the_notes_are_explained_where_they_are_first_named() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "docs" / "rows" / "README.md"]:
        text = file.read_text()
        first = text.find(" notes")
        assert first < 0 or "Rocky" in text[first - 100 : first + 200], file
