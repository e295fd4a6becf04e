"""What is found around services of this machine, of which a test says what they read."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from fixtures.nodes.node import Node
from fixtures.nodes.service_environment import ServiceEnvironment, service_environments_on
from selftests.identity.known_logins import this_machine

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("setpriv"), reason="only root asks in another user's place, by setpriv"
)
checks: Any = import_module("tests.surroundings.test_surroundings_nodes")


class One:
    """Subtests whose first failure ends the test."""

    def test(self, _: str) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    (made / "instances").mkdir()
    shutil.chown(made / "instances", "nobody", "nogroup")
    (made / "nova.conf").write_text(
        f"[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\ninstances_path = {made}/instances\n"
    )
    yield made
    shutil.rmtree(made)


def node_of(folder: Path, user: str = "nobody", file: str = "nova.conf") -> Node:
    node = this_machine({"nova-compute": folder / file})
    started = node.facts.parsed["started"]
    started["nova-compute.service"] |= {"User": user, "Group": ""}
    return node


def nova_compute(folder: Path, **told: str) -> ServiceEnvironment:
    [around] = [each for each in service_environments_on(node_of(folder, **told)) if each.name == "nova-compute"]
    return around


def test_a_sound_service_passes(folder: Path) -> None:
    around = nova_compute(folder)
    assert around.found.user == "nobody"
    checks.test_services_may_read_their_configuration([around], One())
    checks.test_services_may_write_to_their_folders([around], One())
    checks.test_services_have_room_in_their_folders([around], One())
    checks.test_services_ask_each_other_without_a_proxy([around], One())


def test_a_configuration_of_roots_alone_is_named(folder: Path) -> None:
    (folder / "nova.conf").chmod(0o600)
    with pytest.raises(AssertionError) as failure:
        checks.test_services_may_read_their_configuration([nova_compute(folder)], One())
    assert str(failure.value).startswith(
        f"compute1: nova-compute.service runs as the user nobody, who may not read its {folder}/nova.conf: "
        f"{folder}/nova.conf is root:root 600. Fix: on compute1, chown root:nogroup {folder}/nova.conf; "
        f"chmod 640 {folder}/nova.conf; then systemctl restart nova-compute.service"
    )


def test_a_configuration_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(AssertionError, match=r"is told on its command line to read .*/other\.conf, and there is no"):
        checks.test_services_may_read_their_configuration([nova_compute(folder, file="other.conf")], One())


def test_a_folder_of_roots_is_named(folder: Path) -> None:
    shutil.chown(folder / "instances", "root", "root")
    with pytest.raises(AssertionError, match=r"instances \(\[DEFAULT\] instances_path in .*, is root:root 755.* chown"):
        checks.test_services_may_write_to_their_folders([nova_compute(folder)], One())


def test_a_folder_that_its_user_cannot_make_is_named(folder: Path) -> None:
    (folder / "instances").rmdir()
    with pytest.raises(
        AssertionError, match=r"is not there, and .* is root:root 755.* install -d -o nobody -g nogroup"
    ):
        checks.test_services_may_write_to_their_folders([nova_compute(folder)], One())


def test_a_folder_that_its_user_can_make_is_none_of_our_business(folder: Path) -> None:
    (folder / "instances").rmdir()
    shutil.chown(folder, "nobody")
    checks.test_services_may_write_to_their_folders([nova_compute(folder)], One())


def test_of_a_user_that_is_not_known_nothing_is_said(folder: Path) -> None:
    shutil.chown(folder / "instances", "root", "root")
    checks.test_services_may_write_to_their_folders([nova_compute(folder, user="nobody-here")], One())


def test_root_may_do_all(folder: Path) -> None:
    (folder / "nova.conf").chmod(0o600)
    around = nova_compute(folder, user="root")
    checks.test_services_may_read_their_configuration([around], One())
    checks.test_services_may_write_to_their_folders([around], One())


def test_of_a_service_that_was_restarted_meanwhile_the_process_of_now_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    node = node_of(folder)
    node.facts.parsed["started"]["nova-compute.service"]["MainPID"] = str(ended.pid)
    with subprocess.Popen(["sleep", "60"], env={**os.environ, "http_proxy": "http://proxy"}) as now:
        (folder / "systemctl").write_text(f"#!/bin/sh\necho {now.pid}\n")
        (folder / "systemctl").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        [around] = [each for each in service_environments_on(node) if each.name == "nova-compute"]
        now.kill()
    assert around.found.proxies == {"http_proxy"}
