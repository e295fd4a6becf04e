import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.settings import SETTINGS
from fixtures.preflight.image_file import CIRROS, image_problems

QCOW2 = b"QFI\xfb" + bytes(600)
RAW = bytes(510) + b"\x55\xaa" + bytes(100)


def problems(image: Path | None, checksum: str = "") -> list[str]:
    stash: Any = {SETTINGS: SimpleNamespace(image=image, image_checksum=checksum)}
    config: Any = SimpleNamespace(stash=stash, getoption={"--image": image, "--image-checksum": checksum}.get)
    return image_problems(config)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cirros.img"


@pytest.mark.parametrize("content", [QCOW2, RAW])
def test_a_disk_is_no_problem(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert problems(file) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty. Fix: download"),
        (b"KDMV" + bytes(600), "neither qcow2 nor raw, but a VMDK image. Fix: qemu-img convert"),
        (b"<<< Oracle VM VirtualBox Disk Image >>>", "neither qcow2 nor raw, but a VDI image. Fix: qemu-img convert"),
        (b"\x1f\x8b\x08" + bytes(600), "neither qcow2 nor raw, but compressed (gzip). Fix: unpack"),
        (b"\n<!DOCTYPE html><html>", "a web page: the download failed. Fix: download"),
        (b"hello", "neither qcow2 nor a raw disk with a boot sector. Fix: download"),
    ],
)
def test_anything_else_is_told(file: Path, content: bytes, told: str) -> None:
    file.write_bytes(content)
    assert problems(file)[0].startswith(f"--image={file}: {told}")


def test_no_image_is_told() -> None:
    assert problems(None) == [f"--image: no guest image given. Fix: --image=FILE, or GUEST_IMAGE=FILE; {CIRROS}"]


def test_a_missing_file_is_told(file: Path) -> None:
    assert problems(file)[0].startswith(f"--image={file}: no such file. ")


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path)[0].startswith(f"--image={tmp_path}: not a file. ")


def test_the_variable_is_named_where_it_was_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUEST_IMAGE", str(file))
    assert problems(file)[0].startswith(f"GUEST_IMAGE={file}: ")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_the_right_checksum_is_no_problem(file: Path, algorithm: str) -> None:
    file.write_bytes(QCOW2)
    assert problems(file, hashlib.new(algorithm, QCOW2).hexdigest()) == []


def test_a_wrong_checksum_is_told(file: Path) -> None:
    file.write_bytes(QCOW2)
    seen = hashlib.md5(QCOW2).hexdigest()
    [told] = problems(file, "0" * 32)
    assert told.startswith(f"--image={file}: its md5 is {seen}, --image-checksum says {'0' * 32}. Fix: download")
