import struct
from pathlib import Path

import pytest

from fixtures.core.image_needs import disk_gib, disk_size, least_memory, usual_memory

MIB = 1024**2


def qcow2(file: Path, size: int) -> Path:
    """A qcow2's header: magic, version, backing file, cluster bits, size."""
    file.write_bytes(struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, size) + bytes(600))
    return file


def raw(file: Path, size: int) -> Path:
    with file.open("wb") as stream:
        stream.truncate(size)
    return file


def test_a_qcow2_tells_the_size_of_its_disk(tmp_path: Path) -> None:
    assert disk_size(qcow2(tmp_path / "i", 112 * MIB)) == 112 * MIB


def test_a_raw_disk_is_as_large_as_its_file(tmp_path: Path) -> None:
    assert disk_size(raw(tmp_path / "i", 3 * MIB)) == 3 * MIB


@pytest.mark.parametrize(("mib", "gib"), [(39, 1), (1024, 1), (1025, 2), (2252, 3), (10240, 10)])
def test_a_disk_takes_whole_gibibytes(mib: int, gib: int, tmp_path: Path) -> None:
    assert disk_gib(qcow2(tmp_path / "i", mib * MIB)) == gib


@pytest.mark.parametrize(
    ("name", "mib", "usual", "least"),
    [
        ("cirros-0.3.5-x86_64-disk.img", 39.22, 64, 0),
        ("cirros-0.6.2-x86_64-disk.img", 112, 256, 128),
        ("cirros.img", 112, 256, 128),
        ("cirros-0.5.2-aarch64-disk.img", 100, 256, 128),
        ("cirros-0.3.5-grown.img", 112, 256, 0),
        ("guest.qcow2", 49, 64, 0),  # the lab's own
        ("debian-12-generic-amd64.qcow2", 3072, 256, 0),
    ],
)
def test_memory_goes_by_the_image(name: str, mib: float, usual: int, least: int, tmp_path: Path) -> None:
    image = qcow2(tmp_path / name, int(mib * MIB))
    assert (usual_memory(image), least_memory(image)) == (usual, least)


def test_without_an_image_it_is_the_install_guides(tmp_path: Path) -> None:
    nothing = (None, tmp_path / "nofile", tmp_path)
    assert [(usual_memory(image), least_memory(image), disk_gib(image)) for image in nothing[:2]] == [(64, 0, 0)] * 2
