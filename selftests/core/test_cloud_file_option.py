"""A file per cloud stands for options that nobody gave."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.core.cloud_file_option import as_given, use_cloud_file
from fixtures.core.settings import settings_of
from fixtures.core.usage_errors import noted
from selftests import ROOT
from selftests.test_command_line import problems, run

NODES = str(ROOT / "tests/compute/test_compute_nodes.py")
Configured = Callable[..., pytest.Config]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    """A configuration that a file was given to."""
    for name in ("OS_CLOUD", "OS_AUTH_URL", "GUEST_IMAGE", "TIMEOUT_SCALE", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def of(text: str, *arguments: str, **options: Any) -> pytest.Config:
        (tmp_path / "cloud.toml").write_text(text)
        usual: dict[str, Any] = {
            "os_cloud": None,
            "hosts": None,
            "role": [],
            "image": None,
            "timeout_scale": "1",
            "sudo": False,
        }
        option = SimpleNamespace(cloud_file="cloud.toml", **{**usual, **options})
        given = SimpleNamespace(dir=tmp_path, args=arguments)
        config = SimpleNamespace(option=option, invocation_params=given, stash=pytest.Stash())
        return cast(pytest.Config, config)

    return of


def test_values_are_those_of_the_options(configured: Configured, tmp_path: Path) -> None:
    text = 'hosts = ["infra1", "kvm3"]\nsudo = true\nimage = "a.img"\ntimeout_scale = 2\n'
    text += 'roles.compute = ["kvm3", "-infra1"]'
    config = configured(text)
    use_cloud_file(config)
    assert config.option.hosts == "infra1,kvm3"
    assert config.option.sudo is True
    assert config.option.image == str(tmp_path / "a.img")
    assert config.option.timeout_scale == "2.0"
    assert config.option.role == ["compute=kvm3,-infra1"]


def test_a_path_from_elsewhere_stays(configured: Configured) -> None:
    config = configured('image = "/srv/a.img"\nssh_config = "~/x"\nansible_inventory = "a,b"')
    use_cloud_file(config)
    assert config.option.image == "/srv/a.img"
    assert config.option.ssh_config == str(Path.home() / "x")
    assert config.option.ansible_inventory == "a,b"


def test_the_command_line_counts_before_the_file(configured: Configured) -> None:
    text = 'timeout_scale = 3\nhosts = ["a"]\nroles.compute = ["a"]\nos_cloud = "mine"'
    config = configured(text, "--timeout-scale=1", "--hosts", "b", hosts="b")
    used = use_cloud_file(config)
    assert (config.option.timeout_scale, config.option.hosts, config.option.role) == ("1", "b", [])
    assert config.option.os_cloud == "mine"
    assert used.overridden == {"timeout_scale": "--timeout-scale", "hosts": "--hosts", "roles": "--hosts"}


@pytest.mark.parametrize("variable", ["OS_CLOUD", "OS_AUTH_URL"])
def test_the_environment_counts_before_the_file(
    variable: str, configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "another")
    config = configured('os_cloud = "mine"')
    assert use_cloud_file(config).overridden == {"os_cloud": variable}
    assert config.option.os_cloud is None


def test_an_empty_variable_does_not(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLOUD", "")
    config = configured('os_cloud = "mine"')
    use_cloud_file(config)
    assert config.option.os_cloud == "mine"


def test_of_a_file_with_a_mistake_nothing_is_taken(configured: Configured) -> None:
    config = configured('os_cloud = "mine"\nsudo = 1')
    use_cloud_file(config)
    assert config.option.os_cloud is None
    assert noted(config) == ("cloud.toml: sudo: 1 is not true or false. Fix: give true or false",)


def test_a_problem_names_the_file_and_the_key(configured: Configured) -> None:
    config = configured('hosts = ["a"]\nroles.compute = ["b"]\nimage = "x"', "--image=y", image="y")
    use_cloud_file(config)
    lines = ["--hosts: a: it refuses", "--role=compute=b: no", "--image=y: no such file", "--hosts-of: x", "other"]
    assert as_given(config, lines) == [
        "cloud.toml: hosts: a: it refuses",
        "cloud.toml: roles=compute=b: no",
        *lines[2:],
    ]


def test_without_a_file_nothing_changes(pytestconfig: pytest.Config) -> None:
    assert use_cloud_file(pytestconfig).place == ""
    assert settings_of(pytestconfig).timeout_scale > 0


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_all_mistakes_are_told_and_nobody_is_asked(workers: list[str], tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text('at_once = "x"\nsudo = 3\n[expected]\nnone = 1\n')
    told = problems("--cloud-file=cloud.toml", "--hosts=nowhere.invalid", *workers, NODES, cwd=tmp_path)
    assert json.loads((tmp_path / "report" / "verdict.json").read_text())["problems"] == told
    assert [line.partition(". Fix: ")[0] for line in told] == [
        "cloud.toml: sudo: 3 is not true or false",
        'cloud.toml: at_once: "x" is not a whole number',
        "cloud.toml: expected.none: there is no such key",
    ]


VALUES = """
at_once = 0
timeout_scale = -1
flavor_ram = 0
image_checksum = "abc"
hosts = ["a", "a"]
roles.compute = ["b"]
"""
NAMES = """
hosts = ["a"]
expected.features = ["ipv9"]
expected.must_run = ["NOVA-99", "tests/x_api.py::test_y", "../x.py::test_y"]
expected.nodes.computer = 1

[[waivers]]
row = "NEU-99"
reason = "x"
until = 2099-01-01

[[waivers]]
check = "tests/compute/test_compute_nodes.py::test_nothing"
node = "b"
reason = "x"
until = 2099-01-01
"""


def test_what_cannot_work_is_told_as_of_the_option(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text(VALUES)
    told = problems("--collect-only", "--cloud-file=cloud.toml", NODES, cwd=tmp_path)
    assert [line.partition(". Fix: ")[0] for line in told] == [
        "cloud.toml: image_checksum=abc: no MD5 or SHA in hexadecimal",
        "cloud.toml: flavor_ram=0: not a whole number of MiB from 1 to 999999, such as 256",
        "cloud.toml: timeout_scale=-1.0: not a factor from 0.01 to 100, such as 1 or 2.5",
        "cloud.toml: at_once=0: not a whole number from 1 to 200",
        "cloud.toml: hosts: a is given twice",
        "cloud.toml: roles=compute=b: b is not among --hosts=a",
    ]


def test_names_of_nothing_are_told(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text(NAMES)
    told = problems("--cloud-file=cloud.toml", NODES, cwd=tmp_path)
    assert [line.partition("; ")[0].removeprefix("cloud.toml: ").partition(", such as")[0] for line in told] == [
        "expected.must_run: NOVA-99: no such row. Fix: choose from docs/rows/README.md",
        "expected.must_run: tests/x_api.py::test_y: no such check. Fix: give it as pytest --collect-only -q does",
        "expected.must_run: ../x.py::test_y: not the name of a check. Fix: give it as pytest --collect-only -q does",
        "expected.features: ipv9: no such feature. Fix: write ipv6",
        "expected.nodes.computer: no such role. Fix: write compute",
        "waivers.1.row: NEU-99: no such row. Fix: choose from docs/rows/README.md",
        "waivers.2.check: tests/compute/test_compute_nodes.py::test_nothing: no such check. "
        "Fix: give it as pytest --collect-only -q does",
        "waivers.2.node: b: not among hosts, which are a. Fix: name the node as hosts does",
    ]


def test_the_head_says_what_counts_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text('hosts = ["controller"]\nat_once = 3\nos_cloud = "mine"')
    options = ("--collect-only", "-q", "--at-once=4", NODES)
    done = run(*options, "-v", cwd=tmp_path, CLOUD_FILE="cloud.toml", OS_CLOUD="other")
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "cloud file: cloud.toml, but not its os_cloud (by OS_CLOUD), at_once (by --at-once)\n" in done.stdout
    assert "test_my_ip_is_an_address_of_this_node[controller]" in done.stdout


def test_a_sweep_does_not_go_to_another_cloud(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text('os_clod = "mine"')
    told = problems("--sweep", "--cloud-file=cloud.toml", str(ROOT / "tests"), cwd=tmp_path)
    assert told == ["cloud.toml: os_clod: there is no such key. Fix: write os_cloud"]


def test_an_empty_name_is_a_mistake(tmp_path: Path) -> None:
    [told] = problems("--collect-only", "--cloud-file=", NODES, cwd=tmp_path)
    assert told.startswith("--cloud-file=: empty. Fix: ")
