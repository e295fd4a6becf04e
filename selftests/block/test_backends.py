from typing import cast

import pytest

from fixtures.block.backends import Backend
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.node import Node


def backend(text: str, name: str = "lvm") -> Backend:
    return Backend(cast(Node, None), name, EffectiveConfig("cinder-volume.service", {"/etc/cinder/cinder.conf": text}))


def test_without_a_word_the_defaults_hold() -> None:
    read = backend("[DEFAULT]\nmy_ip = 10.0.0.41\n")
    assert (read.volume_group, read.portal_address, read.portal_port) == ("cinder-volumes", "10.0.0.41", 3260)
    assert read.is_lvm and read.is_iscsi


def test_the_backends_own_section_wins_over_the_shared_one() -> None:
    read = backend("[backend_defaults]\nvolume_group = shared\ntarget_port = 3261\n[lvm]\nvolume_group = own\n")
    assert (read.volume_group, read.portal_port) == ("own", 3261)
    assert read.origin("volume_group") == "[lvm] volume_group in /etc/cinder/cinder.conf:5"
    assert read.origin("target_port") == "[backend_defaults] target_port in /etc/cinder/cinder.conf:3"


def test_what_is_not_set_would_have_to_be_in_the_backends_section() -> None:
    assert (
        backend("[DEFAULT]\nvolume_group = vain\n").origin("volume_group")
        == "[lvm] volume_group in /etc/cinder/cinder.conf"
    )


def test_the_portal_may_refer_to_my_ip_and_have_its_old_name() -> None:
    assert backend("[DEFAULT]\nmy_ip = 10.0.0.41\n[lvm]\ntarget_ip_address = $my_ip\n").portal_address == "10.0.0.41"
    assert backend("[lvm]\niscsi_ip_address = 10.0.0.42\n").portal_address == "10.0.0.42"


@pytest.mark.parametrize("text", ["[lvm]\n", "[lvm]\ntarget_ip_address = $my_ip\n"])
def test_the_portal_of_an_unset_my_ip_is_unknown(text: str) -> None:
    assert backend(text).portal_address is None


@pytest.mark.parametrize(
    ("option", "is_lvm"),
    [("volume_driver = cinder.volume.drivers.rbd.RBDDriver", False), ("target_protocol = nvmet_tcp", True)],
)
def test_other_drivers_and_protocols_are_told_apart(option: str, is_lvm: bool) -> None:
    read = backend(f"[lvm]\n{option}\n")
    assert (read.is_lvm, read.is_iscsi) == (is_lvm, False)
