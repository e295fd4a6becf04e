from typing import Any, cast

import pytest

from fixtures.nodes.config import EffectiveConfig, project_of
from fixtures.nodes.service import Service
from fixtures.nodes.service_needs import files_of, folders_of, programs_of

NOVA = "[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\nstate_path = /srv/nova\n"
LVM = "[DEFAULT]\nenabled_backends = lvm\n[lvm]\nvolume_driver = cinder.volume.drivers.lvm.LVMVolumeDriver\n"
RBD = "[DEFAULT]\nenabled_backends = ceph\n[ceph]\nvolume_driver = cinder.volume.drivers.rbd.RBDDriver\n"


def config_of(name: str, text: str) -> EffectiveConfig:
    return EffectiveConfig(f"{name}.service", {f"/etc/{project_of(name)}/{project_of(name)}.conf": text})


def service(arguments: str = "") -> Service:
    return Service(cast(Any, None), {"Id": "some.service", "Arguments": arguments})


def folders(name: str, text: str, arguments: str = "") -> dict[str, str]:
    """By their paths, the options that they come from."""
    return {each.path: each.option for each in folders_of(name, config_of(name, text), service(arguments))}


def programs(name: str, text: str) -> set[str]:
    return {each.name for each in programs_of(name, config_of(name, text))}


def test_nova_computes_folders() -> None:
    text = f"{NOVA}log_dir = /var/log/nova\n[oslo_concurrency]\nlock_path = $state_path/tmp\n"
    assert folders("nova-compute", text, "/usr/bin/python3 /usr/bin/nova-compute --config-file=/a") == {
        "/srv/nova": "[DEFAULT] state_path",
        "/srv/nova/tmp": "[oslo_concurrency] lock_path",
        "/var/log/nova/nova-compute.log": "[DEFAULT] log_dir",
        "/srv/nova/instances": "[DEFAULT] instances_path",
    }


def test_locks_and_what_ceph_holds_need_little_room() -> None:
    text = f"{NOVA}[oslo_concurrency]\nlock_path = /var/lock/nova\n[libvirt]\nimages_type = rbd\n"
    needs = {each.path: each.need for each in folders_of("nova-compute", config_of("nova-compute", text), service())}
    assert (needs["/var/lock/nova"], needs["/srv/nova/instances"]) == (1, 8)


def test_a_file_of_its_own_tells_where_to_log() -> None:
    assert folders("nova-conductor", "[DEFAULT]\nlog_dir = /a\nlog_config_append = /etc/nova/logging.conf\n") == {}


def test_a_folder_that_is_not_known_is_not_asked_for() -> None:
    text = f"{NOVA}instances_path = $elsewhere/instances\nlog_dir = logs\n"
    assert folders("nova-compute", text) == {"/srv/nova": "[DEFAULT] state_path"}


def test_nova_without_libvirt_keeps_no_servers() -> None:
    assert "/var/lib/nova/instances" not in folders("nova-compute", "[DEFAULT]\ncompute_driver = ironic.IronicDriver\n")
    assert programs("nova-compute", "[DEFAULT]\ncompute_driver = ironic.IronicDriver\n") == set()


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ("/usr/bin/nova-compute --log-file=/var/log/nova/other.log", "/var/log/nova/other.log"),
        ("/usr/bin/nova-compute --log-file compute.log --log-dir /srv/log", "/srv/log/compute.log"),
    ],
)
def test_a_log_may_be_told_on_the_command_line(arguments: str, path: str) -> None:
    assert path in folders("nova-compute", NOVA, arguments)


def test_uwsgi_writes_its_own_log() -> None:
    assert folders("nova-api", "[DEFAULT]\nlog_dir = /var/log/nova\n", "/usr/bin/uwsgi --ini a.ini") == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[glance_store]\nfilesystem_store_datadir = /srv/images/\n", {"/srv/images"}),
        ("[glance_store]\nstores = rbd\ndefault_store = rbd\nfilesystem_store_datadir = /srv/images\n", set()),
        ("[DEFAULT]\nenabled_backends = a:file,b:rbd\n[a]\nfilesystem_store_datadir = /srv/a\n", {"/srv/a"}),
    ],
)
def test_glances_stores(text: str, found: set[str]) -> None:
    assert set(folders("glance-api", text)) == found


def test_cinder_converts_images_below_its_state() -> None:
    found = folders("cinder-volume", f"{LVM}")
    assert found["/var/lib/cinder/conversion"] == "[DEFAULT] image_conversion_dir"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("nova-compute", NOVA, {"qemu-img", "genisoimage"}),
        ("nova-compute", f"{NOVA}config_drive_format = vfat\n", {"qemu-img"}),
        ("nova-compute", f"{NOVA}force_config_drive = true\n", {"qemu-img", "genisoimage"}),
        ("nova-compute", f"{NOVA}mkisofs_cmd = xorriso\n", {"qemu-img", "xorriso"}),
        ("cinder-volume", LVM, {"qemu-img", "vgs", "lvs", "lvcreate", "tgtadm", "tgt-admin"}),
        ("cinder-volume", f"{LVM}target_helper = lioadm\n", {"qemu-img", "vgs", "lvs", "lvcreate"}),
        ("cinder-volume", RBD, {"qemu-img"}),
        ("neutron-dhcp-agent", "[DEFAULT]\n", {"ip", "dnsmasq", "dhcp_release"}),
        ("neutron-dhcp-agent", "[DEFAULT]\ndhcp_driver = my.Own\nforce_metadata = yes\n", {"ip", "haproxy"}),
        (
            "neutron-l3-agent",
            "[DEFAULT]\nenable_metadata_proxy = no\n",
            {"ip", "conntrack", "radvd", "iptables-save", "iptables-restore"},
        ),
        ("nova-conductor", NOVA, set()),
    ],
)
def test_programs_that_options_call_for(name: str, text: str, wanted: set[str]) -> None:
    assert programs(name, text) == wanted


def test_an_api_reads_its_policy_too() -> None:
    config = config_of(
        "nova-api", "[DEFAULT]\n[oslo_policy]\npolicy_file = policy.yaml\n[wsgi]\napi_paste_config = /a\n"
    )
    assert files_of("nova-api", config, {"/etc/nova/nova.conf": True}) == {
        "/etc/nova/nova.conf": True,
        "/etc/nova/policy.yaml": False,
        "/a": False,
    }
