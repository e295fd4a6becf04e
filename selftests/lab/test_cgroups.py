import os
from pathlib import Path

import pytest

from lab import cgroups


@pytest.fixture
def hierarchy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cgroup.procs").touch()
    monkeypatch.setattr(cgroups, "_HIERARCHIES", (tmp_path, tmp_path / "not-here"))
    return tmp_path


@pytest.mark.parametrize(
    ("namespace", "name"), [("pid:[4026531836]", "openstack-lab"), ("pid:[4026532201]", "openstack-lab-4026532201")]
)
def test_each_process_namespace_has_groups_of_its_own(
    hierarchy: Path, monkeypatch: pytest.MonkeyPatch, namespace: str, name: str
) -> None:
    monkeypatch.setattr(os, "readlink", lambda _: namespace)
    (hierarchy / name / "controller").mkdir(parents=True)
    assert cgroups.present() == [hierarchy / name]
    assert cgroups.present("pid:[1]") == []
    cgroups.remove(namespace)
    assert list(hierarchy.iterdir()) == [hierarchy / "cgroup.procs"]
