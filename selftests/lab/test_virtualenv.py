"""The virtual environment of the package index: what is asked for, with whose settings, and who gets it."""

import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from lab import images, machines, recipe, virtualenv


def test_every_requirement_is_one_version_and_no_place() -> None:
    lines = virtualenv.requirements(["pypi"])
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines)
    projects = {"cinder", "glance", "keystone", "neutron", "nova", "openstack-placement", "swift"}
    assert projects <= {line.partition("==")[0] for line in lines}


def test_all_machines_of_next_have_one_environment_over_epoxys_packages() -> None:
    following, epoxy = machines.machines("next"), machines.machines("epoxy")
    assert len({recipe.environment_key(machine) for machine in following.values()}) == 1
    for name, machine in following.items():
        assert machine == replace(epoxy[name], roles=("pypi", *epoxy[name].roles, "devstack"))
        assert images.lower(machine)[1:] == images.lower(epoxy[name])


@pytest.mark.parametrize("cloud", sorted(set(machines.clouds()) - {"next"}))
def test_no_other_cloud_has_one(cloud: str) -> None:
    assert {recipe.environment_key(machine) for machine in machines.machines(cloud).values()} == {""}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of a build in a tree, of which the environment's own makes nothing but a file in its folder."""
    seen: list[list[str]] = []

    def layered(_lower: list[Path], upper: Path, _log: Path) -> nullcontext[Path]:
        (upper / virtualenv.VENV).mkdir(parents=True)
        (upper / virtualenv.VENV / "made").touch()
        (upper / "run").mkdir()
        return nullcontext(upper)

    def run_in(tree: Path, command: list[str], _log: Path) -> None:
        seen.append([*command, *((tree / "run/requirements").read_text().splitlines() if "pip" in command[0] else ())])

    monkeypatch.setattr(virtualenv, "layered", layered)
    monkeypatch.setattr(virtualenv, "prepared", lambda tree, _log: nullcontext(tree))
    monkeypatch.setattr(virtualenv, "run_in", run_in)
    return seen


def test_a_tree_has_the_environment_and_nothing_else(commands: list[list[str]], tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    virtualenv.build(layer, tmp_path / "base", ["nova==34.0.0"], tmp_path / "log")
    assert [path for path in layer.rglob("*") if path.is_file()] == [layer / virtualenv.VENV / "made"]
    assert [path.name for path in tmp_path.iterdir()] == ["layer"]
    assert commands[-1][0] == "/opt/stack/data/venv/bin/pip"
    assert {"--no-deps", "nova==34.0.0"} <= set(commands[-1])


def test_pip_is_told_what_it_is_told_on_the_host(tmp_path: Path) -> None:
    host, tree = tmp_path / "host", tmp_path / "tree"
    for place in ("etc/pip.conf", "root/.config/pip/pip.conf", "etc/ssl/certs/ca-certificates.crt", "etc/passwd"):
        (host / place).parent.mkdir(parents=True, exist_ok=True)
        (host / place).write_text(place)
    virtualenv._copy_settings(host, tree)
    copied = {str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()}
    assert copied == {
        place: place for place in ("etc/pip.conf", "root/.config/pip/pip.conf", "etc/ssl/certs/ca-certificates.crt")
    }
