import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NO_CLOUD = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTEST_", "GUEST_"))}


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--rootdir={ROOT}",
        f"-c{ROOT}/pyproject.toml",
        "--alluredir=",
    ]
    nobody = {**NO_CLOUD, "HOME": str(cwd)}
    return subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=cwd, env=nobody)


def problems(*arguments: str, cwd: Path) -> list[str]:
    done = run(*arguments, cwd=cwd)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    return [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line]


def test_every_problem_is_told_in_one_line(tmp_path: Path) -> None:
    told = problems("--hosts=nowhere.invalid", "--image=/nowhere.img", str(ROOT / "tests"), cwd=tmp_path)
    assert [line.partition(":")[0] for line in told] == ["--hosts", "credentials", "--image=/nowhere.img"]
    assert "nowhere.invalid cannot be reached" in told[0]


def test_only_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    told = problems(
        "--hosts=nowhere.invalid", str(ROOT / "tests/compute/test_compute_nodes.py"), "-kmy_ip", cwd=tmp_path
    )
    assert [line.partition(":")[0] for line in told] == ["--hosts"]


def test_a_mistyped_role_is_told(tmp_path: Path) -> None:
    told = problems("--hosts=controller", "--role=compute=compute9", str(ROOT / "tests"), cwd=tmp_path)
    assert told == ["--role compute=compute9: compute9 is not among --hosts=controller"]


def test_without_hosts_node_checks_are_skipped(tmp_path: Path) -> None:
    done = run(str(ROOT / "tests/compute/test_compute_nodes.py"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    assert "no --hosts given" in done.stdout
    assert "passed" not in done.stdout


def test_a_missing_role_is_the_reason(tmp_path: Path) -> None:
    done = run("--hosts=controller", str(ROOT / "tests/compute/test_compute_nodes.py"), "-klibvirt", cwd=tmp_path)
    assert "no node with the role compute among --hosts=controller" in done.stdout


def test_a_listing_contacts_nobody(tmp_path: Path) -> None:
    done = run("--collect-only", "-q", "-mreq", "--hosts=controller,compute1", str(ROOT / "tests"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    assert "test_my_ip_is_an_address_of_this_node[compute1]" in done.stdout
