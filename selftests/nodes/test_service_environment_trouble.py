from dataclasses import replace
from typing import Any, cast

import pytest

from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.service import Service
from fixtures.nodes.service_environment import ServiceEnvironment
from fixtures.nodes.service_environment_probe import Answer, Place
from fixtures.nodes.service_environment_trouble import (
    is_around,
    lacking,
    proxied,
    unreadable,
    unwritable,
    without_kvm,
    without_room,
)
from fixtures.nodes.service_needs import Folder, Program

FOLDER = Folder("/srv/images", "[a] filesystem_store_datadir", "/etc/glance/glance-api.conf:7", 64)
SOUND = Place("/srv/images", True, "/srv/images", "glance:glance 755", True, "rwx", "", 100 * 1024, 1000)
SECTION = "[placement]\nauth_url = http://controller:5000\n[glance]\napi_servers = https://10.0.0.11:9292\n"


def around(text: str = "[DEFAULT]\n", **found: Any) -> ServiceEnvironment:
    there = Service(cast(Any, None), {"Id": "nova-compute.service"})
    config = EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": text})
    return ServiceEnvironment("compute1", "nova-compute", there, config, found=Answer("glance", "glance", **found))


def of_place(place: Place) -> ServiceEnvironment:
    return around(places={place.path: place})


def test_what_is_sound_is_not_spoken_of() -> None:
    assert not unwritable(of_place(SOUND), FOLDER)
    assert not without_room(of_place(SOUND), FOLDER)


def test_a_read_only_file_system_is_named() -> None:
    said = unwritable(of_place(replace(SOUND, may="rx", is_mounted_writable=False)), FOLDER)
    assert "is on a read-only file system" in said
    assert "Fix: on compute1, mount -o remount,rw /srv/images" in said


def test_a_closed_folder_on_the_way_is_named() -> None:
    assert "is behind /srv, which lets him not through. Fix: on compute1, chmod o+x /srv" in unwritable(
        of_place(replace(SOUND, may="", closed="/srv")), FOLDER
    )


def test_a_default_that_is_not_there_is_no_fault() -> None:
    absent = replace(SOUND, exists=False, may="rx", free=0)
    assert not unwritable(of_place(absent), replace(FOLDER, origin=""))
    assert not without_room(of_place(absent), replace(FOLDER, origin=""))


@pytest.mark.parametrize(
    ("free", "inodes", "said"),
    [
        (
            3 * 1024,
            1000,
            "has 3 MiB free, expected at least 64 MiB and 100 inodes. Fix: on compute1, df -h /srv/images",
        ),
        (100 * 1024, 4, "has 4 inodes free, expected at least 64 MiB and 100 inodes"),
        (0, 0, "has 0 MiB and 0 inodes free"),
    ],
)
def test_too_little_room_is_named(free: int, inodes: int, said: str) -> None:
    assert said in without_room(of_place(replace(SOUND, free=free, free_inodes=inodes)), FOLDER)


def test_a_file_system_without_inodes_to_count_has_enough() -> None:
    assert not without_room(of_place(replace(SOUND, free_inodes=None)), FOLDER)


def test_a_log_that_is_there_needs_only_itself() -> None:
    log = replace(FOLDER, is_log=True)
    assert not unwritable(of_place(replace(SOUND, may="rw")), log)
    assert "is root:root 644" in unwritable(of_place(replace(SOUND, may="r", owner="root:root 644")), log)


@pytest.mark.parametrize(
    ("closed", "fix"),
    [
        ("/etc/nova", "chown root:glance /etc/nova; chmod u=rwx,g=rx,o= /etc/nova; then"),
        ("/srv", "chmod o+x /srv; then"),
    ],
)
def test_a_folder_of_others_is_not_taken_from_them(closed: str, fix: str) -> None:
    place = replace(SOUND, path="/srv/nova.conf", may="", closed=closed)
    said = unreadable(replace(of_place(place), files={place.path: True}), place.path)
    assert f"Fix: on compute1, {fix}" in said


def test_a_missing_program_is_named_with_its_option() -> None:
    program = Program("qemu-img", "the image of each server", "qemu-utils (RDO: qemu-img)")
    assert not lacking(around(), program)
    said = lacking(around(missing=frozenset({"qemu-img"})), program)
    assert "nova-compute.service runs qemu-img (the image of each server), which is nowhere in compute1. Fix: " in said
    assert "qemu-utils (RDO: qemu-img); then systemctl restart nova-compute.service" in said


def test_a_proxy_on_the_way_to_the_apis_is_named() -> None:
    said = proxied(around(SECTION, proxies=frozenset({"http_proxy"}), no_proxy="localhost"))
    assert (
        "has http_proxy in its environment, and no_proxy leaves out controller (controller: [placement] auth_url"
        in said
    )
    assert "10.0.0.11" not in said
    assert "Environment=no_proxy=controller" in said


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"proxies": frozenset({"https_proxy"}), "no_proxy": "10.0.0.0/24"},
        {"proxies": frozenset({"HTTP_PROXY", "all_proxy"}), "no_proxy": "10.0.0.11, controller"},
        {"proxies": frozenset({"http_proxy"}), "no_proxy": "*"},
    ],
)
def test_a_proxy_for_others_is_not(found: dict[str, Any]) -> None:
    assert not proxied(around(SECTION, **found))


@pytest.mark.parametrize(
    ("host", "no_proxy", "is_so"),
    [
        ("controller.example.org", ".example.org", True),
        ("controller.example.org", "example.org", True),
        ("controller", "controller:5000", True),
        ("controller", "localhost,127.0.0.1", False),
        ("10.0.0.11", "10.0.0.0/8", True),
        ("10.0.0.11", "192.168.0.0/16", False),
        ("fd00::11", "controller", False),
        ("fd00::11", "localhost,fd00::11", True),
        ("fd00::11", "[fd00::11]:5000", True),
        ("fd00::11", "fd00::/8", True),
        ("fd00::11", "fd00::12", False),
        ("controller", "", False),
    ],
)
def test_whom_no_proxy_covers(host: str, no_proxy: str, is_so: bool) -> None:
    assert is_around(host, no_proxy) is is_so


def libvirt(has_kvm: bool) -> ServiceEnvironment:
    device = replace(SOUND, path="/dev/kvm", exists=has_kvm)
    return replace(of_place(device), name="libvirt", config=None)


@pytest.mark.parametrize(
    ("text", "has_kvm", "is_wrong"),
    [
        ("[libvirt]\nvirt_type = kvm\n", False, True),
        ("[DEFAULT]\n", False, True),
        ("[libvirt]\nvirt_type = kvm\n", True, False),
        ("[libvirt]\nvirt_type = qemu\n", False, False),
        ("[libvirt]\nvirt_type = $kind\n", False, False),
        ("[DEFAULT]\ncompute_driver = ironic.IronicDriver\n", False, False),
    ],
)
def test_kvm_is_there_where_it_is_asked_for(text: str, has_kvm: bool, is_wrong: bool) -> None:
    said = without_kvm(around(text), libvirt(has_kvm))
    assert bool(said) is is_wrong
    assert not is_wrong or "there is no /dev/kvm" in said
    assert not without_kvm(around(text), None)
