"""What is around the services of a node, whichever they are: folders, files, programs, a proxy; and its next boot."""

import pytest

from fixtures.nodes.service_environment import ServiceEnvironment
from fixtures.nodes.service_environment_trouble import (
    kept_from_root,
    lacking,
    proxied,
    unreadable,
    unwritable,
    without_kvm,
    without_room,
)
from fixtures.nodes.systemd_units import Unit


@pytest.mark.req("SVC-6")
def test_services_may_read_their_configuration(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`chown root:nova /etc/nova/nova.conf`, `chmod 640`: what root wrote anew is root's alone."""
    for around in node_service_environments:
        for path in around.files:
            with subtests.test(f"{around.name} {path}"):
                refused = unreadable(around, path)
                assert not refused, refused


@pytest.mark.req("SVC-6")
def test_services_may_write_to_their_folders(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`chown nova:nova /var/lib/nova/instances`: a disk that was mounted there as root is root's."""
    for around in node_service_environments:
        for folder in around.folders:
            with subtests.test(f"{around.name} {folder.path}"):
                refused = unwritable(around, folder)
                assert not refused, refused


@pytest.mark.req("SVC-6")
def test_services_have_room_in_their_folders(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`df -h`, `df -i`: as much is free as this run itself is about to need."""
    for around in node_service_environments:
        for folder in around.folders:
            with subtests.test(f"{around.name} {folder.path}"):
                full = without_room(around, folder)
                assert not full, full


@pytest.mark.req("SVC-6")
def test_services_find_the_programs_that_they_run(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`yum install qemu-img dnsmasq …`: what the options of a service call for is where it looks for it."""
    for around in node_service_environments:
        for program in (each for each in around.programs if not each.for_ipv6):
            with subtests.test(f"{around.name} {program.name}"):
                missing = lacking(around, program)
                assert not missing, missing


@pytest.mark.req("SVC-6")
def test_services_become_root_without_a_password(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`nova ALL = (root) NOPASSWD: /usr/bin/nova-rootwrap …`: lists for hardening take every NOPASSWD away."""
    for around in node_service_environments:
        if around.root_helper:
            with subtests.test(around.name):
                refused = kept_from_root(around)
                assert not refused, refused


@pytest.mark.req("SVC-6")
def test_services_ask_each_other_without_a_proxy(
    node_service_environments: list[ServiceEnvironment], subtests: pytest.Subtests
) -> None:
    """`no_proxy = controller`: a proxy for the packages of a distribution knows nothing of this cloud."""
    for around in node_service_environments:
        with subtests.test(around.name):
            sent = proxied(around)
            assert not sent, sent


@pytest.mark.req("SVC-6")
def test_node_has_kvm_where_nova_is_to_use_it(node_service_environments: list[ServiceEnvironment]) -> None:
    """`egrep -c '(vmx|svm)' /proc/cpuinfo` says 0: then `virt_type = qemu`."""
    there = {around.name: around for around in node_service_environments}
    if "nova-compute" not in there:
        pytest.skip(f"{node_service_environments[0].node}: no nova-compute is there")
    missing = without_kvm(there["nova-compute"], there.get("libvirt"))
    assert not missing, missing


@pytest.mark.req("SVC-7")
@pytest.mark.after_a_reboot
@pytest.mark.unit_state
def test_what_runs_on_the_node_starts_at_boot(forgotten_units: list[Unit], subtests: pytest.Subtests) -> None:
    """`systemctl enable mariadb rabbitmq-server memcached httpd …` has been done, and not `start` alone."""
    for unit in forgotten_units:
        with subtests.test(unit.name):
            assert unit.starts_at_boot, unit.not_at_boot
