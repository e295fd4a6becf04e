"""Compute nodes that are no machines, with the nova.conf that a test gives them."""

from typing import Any, cast

from fixtures.compute.migration_endpoint import MigrationEndpoint
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.node import ADDRESSES, HOSTNAME, Node

PREPARED = "live_migration_scheme = tcp\nlive_migration_inbound_addr = $my_ip\n"


def endpoint(
    number: int, libvirt: str = "", default: str = "", host: Any = None, my_ip: str | None = None
) -> MigrationEndpoint:
    """computeN at 10.0.0.10N; `libvirt` and `default` are lines of these sections."""
    name, address = f"compute{number}", f"10.0.0.10{number}"
    node = Node(name, frozenset({"compute"}), cast(Any, host))
    vars(node)["facts"] = {HOSTNAME: name, ADDRESSES: frozenset({address})}
    own = f"my_ip = {address if my_ip is None else my_ip}\n" if my_ip != "" else ""
    text = f"[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\n{own}{default}\n[libvirt]\nvirt_type = kvm\n{libvirt}\n"
    return MigrationEndpoint(node, EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": text}))
