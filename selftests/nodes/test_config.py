import tempfile
from pathlib import Path

import pytest
import testinfra
from requests_mock import Mocker

from fixtures.core import private_folder
from fixtures.nodes import config as module
from fixtures.nodes.checked_host import checked
from fixtures.nodes.config import EffectiveConfig, lines_of, sources
from fixtures.nodes.files import fetch

HERE = checked(testinfra.get_host("local://"))


def test_without_arguments_the_defaults_are_read() -> None:
    assert sources(["/usr/bin/nova-compute"], "nova", "nova-compute") == [
        "/etc/nova/nova.conf",
        "/etc/nova/nova-compute.conf",
        "/etc/nova/nova.conf.d/*.conf",
        "/etc/nova/nova-compute.conf.d/*.conf",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nova-compute", "--config-file=/etc/a.conf", "--config-dir=/etc/b"],
        ["nova-compute", "--config-file", "/etc/a.conf", "--config-dir", "/etc/b"],
    ],
)
def test_arguments_replace_the_defaults(arguments: list[str]) -> None:
    assert sources(arguments, "nova", "nova-compute") == ["/etc/a.conf", "/etc/b/*.conf"]


def test_a_given_file_leaves_the_default_folders() -> None:
    assert sources(["x", "--config-file=/etc/a.conf"], "nova", "x") == [
        "/etc/nova/nova.conf.d/*.conf",
        "/etc/nova/x.conf.d/*.conf",
        "/etc/a.conf",
    ]


def config(**files: str) -> EffectiveConfig:
    return EffectiveConfig("nova-compute", {f"/etc/nova/{name}.conf": text for name, text in files.items()})


def test_the_last_file_wins() -> None:
    read = config(nova="[DEFAULT]\nmy_ip = 10.0.0.11\n", compute="[DEFAULT]\nmy_ip = 10.0.0.101\n")
    assert read.get("my_ip") == "10.0.0.101"
    assert read.origin("my_ip") == "/etc/nova/compute.conf:2"


def test_the_last_line_wins() -> None:
    read = config(nova="[DEFAULT]\nmy_ip = 10.0.0.11\nmy_ip=10.0.0.101\n")
    assert (read.get("my_ip"), read.origin("my_ip")) == ("10.0.0.101", "/etc/nova/nova.conf:3")


def test_the_line_is_that_of_the_section() -> None:
    text = "# my_ip = 1\n[DEFAULT]\nmy_ip: $host\n my_ip = continued\n\n[vnc]\nmy_ip = 3\nenabled = true\n"
    assert lines_of(text) == {("DEFAULT", "my_ip"): 3, ("vnc", "my_ip"): 7, ("vnc", "enabled"): 8}
    assert config(nova=text).origin("enabled") == ""


def test_references_are_followed_across_sections() -> None:
    read = config(nova="[DEFAULT]\nmy_ip = 10.0.0.101\n[vnc]\nserver_proxyclient_address = $my_ip\n")
    assert read.get("server_proxyclient_address", "vnc") == "10.0.0.101"


def test_comments_and_other_sections_do_not_count() -> None:
    assert config(nova="[DEFAULT]\n# my_ip = 10.0.0.11\n[vnc]\nmy_ip = 10.0.0.12\n").get("my_ip") is None


def test_a_reference_to_an_unset_default_does_no_harm() -> None:
    read = config(nova="[DEFAULT]\nmy_ip = 10.0.0.11\n[oslo_concurrency]\nlock_path = $state_path/tmp\n")
    assert read.get("my_ip") == "10.0.0.11"


def test_a_value_that_cannot_be_known_is_empty() -> None:
    read = config(nova='[DEFAULT]\nmy_ip = " 10.0.0.11 "\nlock_path = $state_path/tmp\n')
    assert [read.value(name) for name in ("my_ip", "lock_path", "state_path")] == ["10.0.0.11", "", ""]


def test_a_path_that_a_node_names_is_no_place_here(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as beside:
        path = f"/etc/nova/../../../../../../../../..{beside}/authorized_keys"
        EffectiveConfig("nova-compute", {path: "[DEFAULT]\nmy_ip = 1\n"})
        assert list(Path(beside).iterdir()) == []


def test_a_file_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"# caf\xe9\n[DEFAULT]\nmy_ip = 1\n")
    assert EffectiveConfig("x", fetch(HERE, [f"{tmp_path}/a.conf"])).get("my_ip") == "1"


def test_copies_are_in_a_private_folder_which_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(private_folder, "PARENT", tmp_path)  # a later run removes there what a killed one left
    monkeypatch.setattr(module, "_register", lambda _, file: seen.append((file.parent.parent, file.parent.name)))
    EffectiveConfig("nova-api", {"/etc/nova/nova.conf": "[DEFAULT]\npassword = s3cret\n"})
    [(parent, name)] = seen
    assert (parent, name.startswith(private_folder.PREFIX)) == (tmp_path, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "line", ["my-ip = 10.0.0.9", "_my_ip = 10.0.0.9", "config_dir = /x", "config_file=/x", "version = 1", "project=x"]
)
def test_what_no_service_has_as_an_option_is_none(line: str) -> None:
    config = EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": f"[DEFAULT]\n{line}\nmy_ip = 10.0.0.11\n"})
    assert config.options == [("DEFAULT", "my_ip")]
    assert (config.get("my_ip"), config.origin("my_ip")) == ("10.0.0.11", "/etc/nova/nova.conf:3")


def test_another_section_may_have_what_is_oslo_configs_own_in_the_first() -> None:
    """Glance's [paste_deploy] has a config_file."""
    config = EffectiveConfig("u", {"/f": "[paste_deploy]\nconfig_file = /etc/glance/paste.ini\nversion = 2\n"})
    assert (config.value("config_file", "paste_deploy"), config.value("version", "paste_deploy")) == (
        "/etc/glance/paste.ini",
        "2",
    )


def test_nothing_is_read_from_where_a_node_says(requests_mock: Mocker) -> None:
    asked = requests_mock.get("http://127.0.0.1/x", text="")
    text = "[DEFAULT]\nconfig_source = there\n[there]\ndriver = remote_file\nuri = http://127.0.0.1/x\n"
    config = EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": text})
    assert config.get("uri", "there") == "http://127.0.0.1/x"
    assert not asked.called


def test_the_runners_environment_is_not_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_DEFAULT__MY_IP", "10.0.0.99")
    assert EffectiveConfig("u", {"/f": "[DEFAULT]\nmy_ip = 10.0.0.11\n"}).get("my_ip") == "10.0.0.11"
