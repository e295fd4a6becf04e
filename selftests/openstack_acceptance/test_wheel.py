"""What pip installs: built from what git knows, unpacked, and run."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.openstack_acceptance.test_command import run

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
COPY = "openstack_acceptance/checkout/"


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", *folders], capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in a copy, as setuptools writes where it builds."""
    pytest.importorskip("setuptools", minversion="70.1")
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    (source / "reports" / "runs").mkdir()
    (source / "reports" / "runs" / "verdict.json").touch()
    done = subprocess.run([sys.executable, "-c", BUILD, str(built)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pip would have it in site-packages."""
    site = tmp_path_factory.mktemp("site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def test_the_suite_is_in_it_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    wanted = tracked(
        "conftest.py", "pyproject.toml", "tests", "fixtures", "reports", "docs/*.md", "docs/verdict.schema.json"
    )
    copied = {name.removeprefix(COPY) for name in names if name.startswith(COPY)}
    assert copied == set(wanted), "Fix: SUITE in setup.py"
    assert {name for name in names if name.endswith(".py")} >= set(tracked("openstack_acceptance"))


def test_no_name_of_ours_is_in_the_way_of_others(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"openstack_acceptance"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--help"], "doctor"),
        (["--version"], "openstack-acceptance, version"),
        (["rows"], "NOVA-3   my_ip is the node's own"),
        (["run", "--collect-only", "-q"], "tests/compute/test_compute_nodes.py::test_my_ip_is_an_address_of_this_node"),
        (["report", "--help"], "reports/latest/html/index.html"),
    ],
)
def test_the_installed_command_works(words: list[str], told: str, installed: Path, tmp_path: Path) -> None:
    done = run(*words, cwd=tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert told in done.stdout
    assert not (tmp_path / "reports").exists()


def test_results_are_below_the_current_directory_and_nothing_is_written_where_it_is(
    installed: Path, tmp_path: Path
) -> None:
    before = sorted(installed.rglob("*"))
    done = run("run", "--row=NOVA-3", cwd=tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert (tmp_path / "reports" / "latest" / "verdict.json").exists()
    first = (tmp_path / "reports" / "latest").resolve()
    done = run("run", "--bogus", cwd=tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert (tmp_path / "reports" / "latest").resolve() != first
    assert sorted(installed.rglob("*")) == before


def test_the_image_is_built_of_what_the_wheel_is_built_of() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    needed = {
        name.partition("/")[0] for name in tracked("tests", "fixtures", "reports", "docs", "openstack_acceptance")
    }
    assert let_in >= needed | {"setup.py", "pyproject.toml", "conftest.py", "constraints.txt", "container"}
