import pytest

from fixtures.config import EffectiveConfig
from fixtures.deadlines import Deadlines
from fixtures.nodes import Node
from fixtures.waiting import wait_for

compute_services = pytest.mark.parametrize("service", ["libvirt", "nova-compute"])


@pytest.mark.req("NOVA-3")
def test_my_ip_is_an_address_of_this_node(nova_node: Node, nova_my_ip: str, nova_conf: EffectiveConfig) -> None:
    """A nova.conf copied from the controller keeps the controller's address."""
    assert nova_my_ip in nova_node.addresses, (
        f"{nova_node.name}: [DEFAULT] my_ip = {nova_my_ip} is no address of this node, which has "
        f"{', '.join(sorted(nova_node.addresses))}. Was nova.conf copied from another node? "
        f"Mend: set my_ip in {nova_conf.origin('my_ip')}, then systemctl restart {nova_conf.unit}."
    )


@pytest.mark.req("NOVA-3")
def test_no_two_nodes_share_my_ip(nova_node: Node, nova_my_ip: str, my_ips: dict[str, str]) -> None:
    """Each node's my_ip is its own alone."""
    others = [name for name, ip in my_ips.items() if ip == nova_my_ip and name != nova_node.name]
    assert not others, (
        f"{nova_node.name} and {', '.join(others)} have the same my_ip = {nova_my_ip}. "
        "Mend: give each node its own address in nova.conf and restart its Nova services."
    )


@pytest.mark.req("NOVA-6")
@compute_services
def test_compute_service_starts_at_boot(compute_node: Node, service: str) -> None:
    """`systemctl enable libvirtd openstack-nova-compute` has been done."""
    unit = compute_node.unit(service)
    assert unit.starts_at_boot, (
        f"{compute_node.name}: {unit.name} is {unit.enablement or 'not installed'}, so it will not run after "
        f"a reboot. Mend: systemctl enable {unit.name}"
    )


@pytest.mark.req("NOVA-6")
@compute_services
def test_compute_service_runs(compute_node: Node, service: str) -> None:
    """`systemctl start libvirtd openstack-nova-compute` has been done."""
    unit = compute_node.unit(service)
    assert unit.is_ready, (
        f"{compute_node.name}: {unit.name} is {unit.state}, not running. "
        f"Mend: systemctl start {unit.name}; the reason is in journalctl -u {unit.name} -n 50"
    )


@pytest.mark.req("NOVA-6")
@compute_services
def test_compute_service_is_not_restarting_in_a_loop(compute_node: Node, service: str, deadlines: Deadlines) -> None:
    """A service that systemd keeps restarting looks active half of the time."""
    wait_for(
        f"{compute_node.name}: {service} to run without being restarted",
        probe=lambda: compute_node.unit(service),
        until=lambda unit: unit.is_settled,
        hopeless=lambda unit: f"it is {unit.state}" if unit.is_stopped else None,
        deadline=deadlines.unit_settled,
        mend=f"read why it dies in journalctl -u {compute_node.unit(service).name} -n 50",
    )


@pytest.mark.req("NOVA-6")
def test_libvirt_answers(compute_node: Node) -> None:
    """nova-compute can do nothing without libvirt."""
    answer = compute_node.host.run("timeout 30 virsh -c qemu:///system list --all")
    assert answer.succeeded, (
        f"{compute_node.name}: virsh list failed: {answer.stderr.strip()}. "
        f"Mend: systemctl restart {compute_node.unit('libvirt').name}"
    )
