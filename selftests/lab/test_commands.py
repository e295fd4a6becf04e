"""The lab's command line and what it hands to commands on the runner's side."""

from pathlib import Path

import pytest

from lab import cli, mounts, owner, processes, runner
from lab.errors import LabError

FILES = Path("/build/runner")


def test_credentials_of_the_lab_take_the_place_of_the_callers() -> None:
    environment = runner.environment(
        {"OS_PASSWORD": "secret", "OS_AUTH_URL": "http://elsewhere", "TERM": "xterm"}, FILES
    )
    assert "OS_PASSWORD" not in environment
    assert "OS_AUTH_URL" not in environment
    assert environment["OS_CLIENT_CONFIG_FILE"] == "/build/runner/clouds.yaml"
    assert (environment["OS_CLOUD"], environment["TERM"]) == ("admin", "xterm")


def test_the_caller_may_be_the_demo_member() -> None:
    assert runner.environment({"OS_CLOUD": "demo"}, FILES)["OS_CLOUD"] == "demo"


def test_nodes_are_found_through_the_labs_ssh_configuration() -> None:
    given = runner.environment({"PYTEST_ADDOPTS": "-x"}, FILES)["PYTEST_ADDOPTS"]
    assert given == "--ssh-config=/etc/ssh/ssh_config -x"


def test_the_guest_is_the_labs_own() -> None:
    assert runner.environment({}, FILES)["GUEST_IMAGE"] == "/var/lib/openstack-lab/guest.qcow2"


@pytest.mark.parametrize("name", ["CIRROS_IMAGE", "GUEST_IMAGE"])
def test_the_caller_may_name_the_guest(name: str) -> None:
    assert runner.environment({name: "/mine.qcow2"}, FILES)["GUEST_IMAGE"] == "/mine.qcow2"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["exec"], "exec needs a command"),
        (["up", "--", "ls"], "up takes no command"),
        (["reboot", "compute9"], "invalid choice: 'compute9'"),
        (["sideways"], "invalid choice: 'sideways'"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture
def lab_of_another_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab was started from /first, and we are /second."""
    monkeypatch.setattr(owner, "STATE", tmp_path)
    monkeypatch.setattr(owner, "_FILE", tmp_path / "owner")
    monkeypatch.setattr(owner, "CHECKOUT", Path("/first"))
    owner.claim()
    monkeypatch.setattr(owner, "CHECKOUT", Path("/second"))


@pytest.mark.usefixtures("lab_of_another_checkout")
def test_a_lab_of_which_nothing_runs_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "any_runs", lambda: False)
    owner.require_ours()


@pytest.mark.usefixtures("lab_of_another_checkout")
def test_a_second_checkout_is_told_who_has_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "any_runs", lambda: True)
    with pytest.raises(LabError, match=r"belongs to /first \(up since .*\): run './lab/lab down' there"):
        owner.require_ours()


def test_a_tree_with_a_mount_below_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "_points", lambda: [tmp_path / "tree/proc"])
    with pytest.raises(LabError, match="is still mounted"):
        mounts.remove_tree(tmp_path / "tree")
