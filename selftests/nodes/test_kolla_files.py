import json
from pathlib import Path

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.containers import Container, Mount
from fixtures.nodes.kolla_files import fetch_for, on_node, words_of

HERE = checked(testinfra.get_host("local://"))
INSIDE = "/var/lib/kolla/config_files"
NOVA = ["/etc/nova/nova.conf", "/etc/nova/nova-compute.conf", "/etc/nova/nova.conf.d/*.conf"]


def container(*mounts: tuple[Path, str]) -> Container:
    return Container("nova_compute", "podman", "exited", mounts=tuple(Mount(str(at), inside) for at, inside in mounts))


def written(folder: Path, config: object, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_a_file_is_copied_to_a_name(tmp_path: Path) -> None:
    """As kolla-ansible has it (nova-compute.json.j2)."""
    copied = [
        {"source": f"{INSIDE}/nova.conf", "dest": "/etc/nova/nova.conf"},
        {"source": f"{INSIDE}/ceph.client.nova.keyring", "dest": "/etc/ceph/ceph.client.nova.keyring"},
    ]
    folder = written(tmp_path, {"command": "nova-compute", "config_files": copied}, nova__conf="a", ceph__conf="b")
    there = container((folder, INSIDE))
    assert words_of(HERE, there) == ["nova-compute"]
    assert fetch_for(HERE, there, NOVA) == {"/etc/nova/nova.conf": b"a"}


def test_files_are_copied_into_a_folder(tmp_path: Path) -> None:
    """As EDPM has it (edpm_nova/templates/config.json.j2)."""
    copied = [
        {"source": f"{INSIDE}/nova-blank.conf", "dest": "/etc/nova/nova.conf"},
        {"source": f"{INSIDE}/*nova*.conf", "dest": "/etc/nova/nova.conf.d/"},
        {"source": f"{INSIDE}/ceph", "dest": "/etc/ceph", "optional": True},
    ]
    folder = written(tmp_path, {"config_files": copied}, **{"nova-blank__conf": "", "01-nova__conf": "a"})
    (folder / "ceph").mkdir()
    assert fetch_for(HERE, container((folder, INSIDE)), NOVA) == {
        "/etc/nova/nova.conf": b"",
        "/etc/nova/nova.conf.d/01-nova.conf": b"a",
        "/etc/nova/nova.conf.d/nova-blank.conf": b"",
    }


def test_a_tree_is_copied_over_the_image(tmp_path: Path) -> None:
    """As TripleO has it (nova-compute-container-puppet.yaml): its config.json and its tree are mounted each."""
    copied = [{"source": f"{INSIDE}/src/*", "dest": "/", "merge": True, "preserve_properties": True}]
    config = written(tmp_path / "kolla", {"command": "/usr/bin/nova-compute", "config_files": copied}) / "config.json"
    (tmp_path / "puppet" / "etc" / "nova").mkdir(parents=True)
    (tmp_path / "puppet" / "etc" / "nova" / "nova.conf").write_text("a")
    there = container((config, f"{INSIDE}/config.json"), (tmp_path / "puppet", f"{INSIDE}/src"))
    assert words_of(HERE, there) == ["/usr/bin/nova-compute"]
    assert fetch_for(HERE, there, NOVA) == {"/etc/nova/nova.conf": b"a"}


def test_of_a_container_that_is_gone_kolla_ansibles_folder_is_known() -> None:
    gone = Container("nova_compute", "docker", "absent")
    assert on_node(gone, f"{INSIDE}/nova.conf") == "/etc/kolla/nova-compute/nova.conf"
    assert on_node(gone, "/etc/nova/nova.conf") == ""


@pytest.mark.parametrize(
    "source", ["../../../../etc/shadow", "/etc/passwd", f"{INSIDE}x/a", f"{INSIDE}/../../../etc/passwd"]
)
def test_what_is_not_mounted_is_not_on_the_node(tmp_path: Path, source: str) -> None:
    folder = written(tmp_path, {"config_files": [{"source": source, "dest": "/etc/nova/nova.conf"}]})
    assert fetch_for(HERE, container((folder, INSIDE)), NOVA) == {}
