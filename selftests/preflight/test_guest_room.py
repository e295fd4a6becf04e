from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.connection import Connection
from requests_mock import Mocker

from fixtures.block.volume import SIZE
from fixtures.cloud.connection import GIVEN
from fixtures.compute.flavor import DISK
from fixtures.core.settings import SETTINGS
from fixtures.preflight.guest_room import guest_problems
from fixtures.preflight.image_file import CIRROS
from selftests.core.test_image_needs import MIB, qcow2
from selftests.tools.fake_keystone import connected, keystone

GUEST = ("recipe",)
FROM_VOLUME = ("recipe", "bootable_volume")


def problems(image: Path, *needed: str, ram: int = 256) -> list[str]:
    cloud: Connection = connected()
    given = {"--image": image, "--flavor-ram": ram}
    stash: Any = {GIVEN: cloud, SETTINGS: SimpleNamespace(image=image, flavor_ram=ram)}
    config: Any = SimpleNamespace(stash=stash, getoption=given.get)
    return list(guest_problems(config, needed))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return qcow2(tmp_path / "cirros-0.6.2-x86_64-disk.img", 112 * MIB)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return qcow2(tmp_path / "debian.qcow2", 3072 * MIB)


def test_too_little_memory_is_told(requests_mock: Mocker, newer: Path) -> None:
    keystone(requests_mock, "admin")
    assert problems(newer, *GUEST, ram=64) == [
        f"--flavor-ram=64: {newer} is a CirrOS that does not boot with less than 128 MiB. "
        "Fix: --flavor-ram=256, or leave it out"
    ]
    assert problems(newer, *FROM_VOLUME, ram=128) == []


def test_an_older_image_boots_with_little(requests_mock: Mocker, tmp_path: Path) -> None:
    keystone(requests_mock, "admin")
    assert problems(qcow2(tmp_path / "cirros-0.3.5-x86_64-disk.img", 39 * MIB), *FROM_VOLUME, ram=64) == []


def test_a_disk_that_does_not_fit_is_told(requests_mock: Mocker, large: Path) -> None:
    keystone(requests_mock, "admin")
    assert DISK == SIZE == 1
    told = [
        f"--image={large}: its disk is of 3 GiB, the run's flavor and volumes of 1. Fix: give a smaller one; {CIRROS}"
    ]
    assert problems(large, *GUEST) == told
    assert problems(large, *FROM_VOLUME) == told


def test_without_a_guest_nothing_has_to_fit(requests_mock: Mocker, large: Path, newer: Path) -> None:
    keystone(requests_mock, "admin")
    assert problems(large, "image") == problems(newer, "image", "flavor", ram=64) == []


def test_a_member_takes_a_flavor_that_is_large_enough(requests_mock: Mocker, large: Path, newer: Path) -> None:
    keystone(requests_mock, "member")
    assert problems(large, *GUEST) == problems(newer, *GUEST, ram=64) == []
    assert len(problems(large, *FROM_VOLUME)) == 1
