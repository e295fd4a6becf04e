"""A cloud of another suite of Debian: its base, where its packages come from, and that no other's is made anew."""

import subprocess
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from lab import apt, host_packages, layers, machines, recipe, suites
from lab.paths import LAB

HOST = (
    "deb http://mirror/debian bookworm main\n"
    "deb http://mirror/debian bookworm non-free-firmware\n"
    "deb http://mirror/debian bookworm-updates main\n"
    "deb http://mirror/debian bookworm-backports main\n"
    "deb http://mirror/debian-security bookworm-security main\n"
)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host's sources."""
    monkeypatch.setattr(apt, "sources", lambda: HOST)


@pytest.mark.usefixtures("mirror")
def test_a_suite_comes_from_where_the_host_has_its_own() -> None:
    assert suites.sources("trixie").splitlines() == [
        "deb http://mirror/debian trixie main",
        "deb http://mirror/debian trixie-updates main",
        "deb http://mirror/debian-security trixie-security main",
    ]


@pytest.mark.usefixtures("mirror")
def test_a_suite_that_is_no_longer_updated_may_be_older_than_it_promised_and_has_no_security_archive() -> None:
    assert suites.sources("bullseye") == "deb [check-valid-until=no] http://mirror/debian bullseye main\n"


def test_the_mirror_is_asked_for_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.extend(word for word in command if word.startswith("http"))
        return subprocess.CompletedProcess(command, 100)

    monkeypatch.setattr(host_packages, "run", lambda *_: "'http://mirror/debian/dists/bookworm/InRelease' x 0")
    monkeypatch.setattr(subprocess, "run", fetch)
    assert host_packages.mirror_lacks("trixie") == [f"package mirror unreachable: {asked[0]}"]
    assert asked == ["http://mirror/debian/dists/trixie/InRelease"]


def test_each_suite_has_a_base_of_its_own_and_the_hosts_is_as_it_was() -> None:
    """The host's is known by its packages and lab/layers.py alone: another suite builds none of its clouds anew."""
    bases = [recipe.base_key(suite) for suite in ("bookworm", "trixie", "bullseye")]
    assert len(set(bases)) == len(bases)
    assert bases[0] == recipe._key(*layers.packages(["base"]), *recipe._contents([LAB / "layers.py"]))


@pytest.mark.parametrize("cloud", machines.clouds())
def test_machines_are_of_the_suite_that_their_cloud_names_and_have_its_role(cloud: str) -> None:
    wanted = {"epoxy": "trixie", "next": "trixie", "victoria": "bullseye"}.get(cloud, suites.HOST)
    everyone = machines.machines(cloud).values()
    assert {machine.debian for machine in everyone} == {wanted}
    assert all((wanted in machine.roles) == (wanted != suites.HOST) for machine in everyone)


def test_the_same_packages_of_another_suite_are_installed_apart() -> None:
    notes, victoria = (machines.machines(cloud)["compute1"] for cloud in ("notes", "victoria"))
    assert recipe.packages_key(notes) != recipe.packages_key(victoria)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of a build of a base, which makes nothing."""
    seen: list[list[str]] = []
    monkeypatch.setattr(suites, "run", lambda command, _log: seen.append([*map(str, command)]))
    monkeypatch.setattr(suites, "prepared", lambda tree, _log: nullcontext(tree))
    monkeypatch.setattr(layers, "run_in", lambda _tree, command, _log: seen.append([*command]))
    return seen


@pytest.mark.usefixtures("mirror")
def test_the_base_of_a_suite_is_made_of_it_and_of_what_its_machines_need(
    commands: list[list[str]], tmp_path: Path
) -> None:
    layer = tmp_path / "base"
    for folder in ("etc/dpkg/dpkg.cfg.d", "usr/sbin"):
        (layer / folder).mkdir(parents=True)
    suites.build_base("bullseye", layer, tmp_path / "log")
    bootstrapped, installed = commands
    assert (bootstrapped[0], bootstrapped[-3:]) == ("mmdebstrap", ["bullseye", str(layer), f"{layer}.list"])
    assert {"usrmerge", "systemd"} <= set(installed)
    assert (layer / "usr/sbin/policy-rc.d").stat().st_mode & 0o111
    assert not (tmp_path / "base.list").exists()


def test_trixies_services_are_not_told_to_use_what_its_python_has_not() -> None:
    """Python 3.12 has no distutils; setuptools that is told to use it cannot be imported."""
    told = (LAB / "roles/trixie/files/etc/systemd/system.conf.d/lab.conf").read_text().splitlines()
    elsewhere = (LAB / "roles/node/files/etc/systemd/system.conf.d/lab.conf").read_text().splitlines()
    assert [line for line in told if line.startswith("Default")] == [
        line.replace("SETUPTOOLS_USE_DISTUTILS=stdlib ", "") for line in elsewhere if line.startswith("Default")
    ]


def test_epoxys_machines_are_those_of_ovn() -> None:
    ovn, epoxy = machines.machines("ovn"), machines.machines("epoxy")
    for name, machine in epoxy.items():
        like = ovn[name]
        same = replace(machine, roles=like.roles, debian=like.debian)
        assert same == like
        assert set(like.roles) - set(machine.roles) <= {"ovn-server-zed"}
