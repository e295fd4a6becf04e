import os
import re
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.tools import bare_machine, image_on_lab

CONFIG = """Host controller
    IdentityFile /etc/ssh/id_ed25519
    UserKnownHostsFile /etc/ssh/ssh_known_hosts
    ControlPath /var/lib/openstack-lab/ssh/%n-%r
"""


@pytest.fixture
def lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What `./lab/lab exec` gives; files stay this user's."""
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setattr(image_on_lab, "ETC_SSH", tmp_path / "etc")
    (tmp_path / "etc").mkdir()
    for name, text in {"ssh_config": CONFIG, "ssh_known_hosts": "controller key\n", "id_ed25519": "a key\n"}.items():
        (tmp_path / "etc" / name).write_text(text)
    (tmp_path / "etc" / "id_ed25519").chmod(0o600)
    (tmp_path / "clouds.yaml").write_text("clouds: {}\n")
    (tmp_path / "guest.img").write_text("an image")
    return {
        "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
        "GUEST_IMAGE": str(tmp_path / "guest.img"),
        "OS_CLOUD": "admin",
    }


def test_keys_and_credentials_are_where_a_users_are(lent: dict[str, str], tmp_path: Path) -> None:
    image_on_lab.furnish(tmp_path, lent)
    assert (tmp_path / "ssh" / "config").read_text() == (
        "Host controller\n    IdentityFile ~/.ssh/id_ed25519\n    UserKnownHostsFile ~/.ssh/known_hosts\n"
    )
    assert (tmp_path / "ssh" / "known_hosts").read_text() == "controller key\n"
    assert (tmp_path / "ssh" / "id_ed25519").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "openstack" / "clouds.yaml").read_text() == "clouds: {}\n"
    assert (tmp_path / "work" / "guest.qcow2").read_text() == "an image"


def test_they_are_gone_afterwards_and_the_results_are_not(
    lent: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def ends(words: list[str]) -> int:
        assert (tmp_path / "ssh" / "id_ed25519").exists()
        given.extend(words)
        return 7

    monkeypatch.setattr(bare_machine, "main", ends)
    for name, value in lent.items():
        monkeypatch.setenv(name, value)
    assert image_on_lab.main([str(tmp_path), "--", "run", "--hosts=a b"]) == 7
    assert given[-5:] == [str(tmp_path), "admin", str(tmp_path / "openstack-acceptance.tar"), "run", "--hosts=a b"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["etc", "work"]


def test_it_is_run_as_the_page_has_it() -> None:
    page = (ROOT / "docs" / "command.md").read_text()
    volumes = re.findall(r"--volume \"[^:]+:([^\"]+)\"", image_on_lab.START)
    assert volumes == re.findall(r"--volume \"[^:]+:([^\"]+)\"", page)
    assert "--cap-add=NET_RAW" in image_on_lab.START
    assert f"useradd --create-home --uid {image_on_lab.USER} acceptance" in (ROOT / "Containerfile").read_text()
