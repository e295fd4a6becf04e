import allure
import pytest
from openstack.compute.v2.server import Server
from openstack.connection import Connection

from fixtures.console import wait_until_booted
from fixtures.deadlines import Deadlines
from fixtures.guest import Guest
from fixtures.keypair import LocalKey
from fixtures.nodes import Node
from fixtures.redaction import redact
from fixtures.server import wait_until_active


@pytest.mark.req("NOVA-14")
def test_server_becomes_active(cloud: Connection, requested_server: Server, deadlines: Deadlines) -> None:
    """`openstack server create` ends in ACTIVE."""
    wait_until_active(cloud, requested_server, deadlines)


@pytest.mark.req("NOVA-14")
def test_server_is_listed(cloud: Connection, server: Server) -> None:
    """`openstack server list` shows the server."""
    listed = {each.id for each in cloud.compute.servers()}
    assert server.id in listed, f"server {server.id} is not listed. Mend: read nova-api's log"


@pytest.mark.req("NOVA-14")
def test_server_runs_on_this_compute_node(compute_node: Node, server_on_node: Server) -> None:
    """Each compute node can run a guest, not only the one that the scheduler likes."""
    host = server_on_node.hypervisor_hostname
    assert compute_node.is_called(host), (
        f"asked for a server on {compute_node.name}, got it on {host}. "
        "Mend: openstack compute service list; nova-manage cell_v2 discover_hosts"
    )


@pytest.mark.req("NOVA-14")
def test_guest_boots(cloud: Connection, server: Server, deadlines: Deadlines) -> None:
    """ACTIVE only says that QEMU started; the console says that the guest booted."""
    console = wait_until_booted(cloud, server, deadlines)
    allure.attach(redact(console), "console", allure.attachment_type.TEXT)


@pytest.mark.req("NOVA-13")
def test_key_opens_the_guest(guest: Guest, local_key: LocalKey) -> None:
    """The guest lets in the holder of the key pair's private half."""
    keys = guest.run("cat ~/.ssh/authorized_keys").stdout
    assert local_key.public_text in keys, (
        f"the guest's authorized_keys lack our key; it has: {keys or 'none'}. "
        "Mend: check the metadata service (neutron-metadata-agent, nova-api-metadata)"
    )
