from pathlib import Path

import pytest

from fixtures.preflight.doctor import result_lines
from selftests import ROOT
from selftests.test_command_line import run, with_nova_compute
from selftests.tools.keystone_server import FakeKeystone, serving

NODES = str(ROOT / "tests/compute/test_compute_nodes.py")
APIS = str(ROOT / "tests/identity/test_identity_api.py")


def test_what_holds_and_what_does_not_has_a_line_each() -> None:
    assert list(result_lines({"ssh is here": [], "c1 answers": ["c1: no. Fix: a", "c1: no. Fix: b"]})) == [
        "✓ ssh is here",
        "✗ c1: no. Fix: a",
        "✗ c1: no. Fix: b",
    ]


def test_all_that_a_run_needs_is_asked_for_and_nothing_is_run(tmp_path: Path) -> None:
    path = with_nova_compute(tmp_path)
    done = run("--doctor", "-n2", "--hosts=infra1,block1", NODES, "-kmy_ip", cwd=tmp_path, PATH=path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert done.stderr == ""
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("run ")]
    assert lines[0] == "✓ the options are sound"
    assert "✓ ssh is on this machine" in lines
    assert "✓ infra1 answers" in lines
    assert [line for line in lines if line.startswith("✗ --hosts: block1: it refuses SSH. Fix: ")]
    assert lines[-1] == "✗ a run cannot begin: 1 to fix"
    assert not (tmp_path / "report").exists()


def test_a_run_can_begin(tmp_path: Path) -> None:
    path = with_nova_compute(tmp_path)
    done = run("--doctor", "--hosts=infra1", NODES, "-kmy_ip_is", cwd=tmp_path, PATH=path)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "✓ a run can begin: 1 of 1 checks" in done.stdout


def test_credentials_are_tried(tmp_path: Path) -> None:
    names = {"USERNAME": "alice", "PROJECT_NAME": "demo", "USER_DOMAIN_ID": "d", "PROJECT_DOMAIN_ID": "d"}
    given = {f"OS_{name}": value for name, value in names.items()}
    with serving(FakeKeystone(passwords={"alice": "s3cret"})) as keystone:
        given["OS_AUTH_URL"] = f"{keystone.url}/v3"
        sound = run("--doctor", APIS, cwd=tmp_path, OS_PASSWORD="s3cret", **given)
        wrong = run("--doctor", APIS, cwd=tmp_path, OS_PASSWORD="s3cre7", **given)
    assert "✓ Keystone gives a token for the credentials" in sound.stdout, sound.stdout + sound.stderr
    assert wrong.returncode == pytest.ExitCode.USAGE_ERROR
    assert "✗ OS_PASSWORD: " in wrong.stdout
    assert "s3cre" not in sound.stdout + wrong.stdout + wrong.stderr


def test_what_is_malformed_is_told_with_all_else(tmp_path: Path) -> None:
    done = run("--doctor", "--timeout-scale=0", "--hosts=nowhere.invalid", NODES, cwd=tmp_path)
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗ ")]
    assert [line.split()[1] for line in wrong] == ["--timeout-scale=0:", "--hosts:", "credentials:", "a"]


def test_what_the_cloud_file_gives_is_told_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text('hosts = ["nowhere.invalid"]\nat_once = 0')
    done = run("--doctor", "--cloud-file=cloud.toml", NODES, cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗ cloud.toml: ")]
    assert [line.split()[2] for line in wrong] == ["at_once=0:", "hosts:"]


def test_with_a_mistake_in_the_cloud_file_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text('os_clod = "mine"')
    done = run("--doctor", "--cloud-file=cloud.toml", "--hosts=nowhere.invalid", NODES, cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert [line.partition(". Fix: ")[0] for line in done.stdout.splitlines() if line.startswith(("✓", "✗"))] == [
        "✗ cloud.toml: os_clod: there is no such key",
        "✗ a run cannot begin: 1 to fix",
    ]


def test_no_check_is_selected(tmp_path: Path) -> None:
    done = run("--doctor", NODES, "-knothing_of_that_name", cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
