"""How long the cloud itself takes for what a run cannot do without: plain calls of the SDK, nothing checked.

`./lab/lab exec -- .venv/bin/python -m selftests.tools.critical_path`, before or after a run of the suite on the same
lab. The image, the network with its router, and a volume are made side by side; then a server boots until its console
shows a login prompt; the volume is attached and detached; then all is deleted. Needs GUEST_IMAGE and credentials.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import openstack
from openstack.connection import Connection

from fixtures.cloud.client import steadied
from fixtures.core.waiting import wait_for

NAME = f"path-{secrets.token_hex(4)}"
DEADLINE = 300
"""Seconds for each step."""


def main() -> None:
    """Print the seconds of each step, and of all."""
    cloud = steadied(openstack.connect())
    with ExitStack() as made, _timed("all"):
        with _timed("image, network and volume"):
            image, network, volume = _side_by_side(cloud, made, _image, _network, _volume)
        with _timed("server ACTIVE"):
            server = _server(cloud, made, image, network)
        with _timed("login prompt"):
            _wait_for_login(cloud, server)
        with _timed("attach"):
            cloud.attach_volume(server, volume, timeout=DEADLINE)
        with _timed("detach"):
            cloud.detach_volume(server, volume, timeout=DEADLINE)
        with _timed("delete"):
            made.close()


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def _side_by_side(cloud: Connection, made: ExitStack, *makers: Callable[[Connection, ExitStack], Any]) -> list[Any]:
    with ThreadPoolExecutor() as pool:
        return [each.result() for each in [pool.submit(maker, cloud, made) for maker in makers]]


def _image(cloud: Connection, made: ExitStack) -> Any:
    file = os.environ["GUEST_IMAGE"]
    image: Any = cloud.create_image(NAME, filename=file, container_format="bare", disk_format="qcow2", wait=True)
    made.callback(cloud.delete_image, image.id, wait=True)
    return image


def _network(cloud: Connection, made: ExitStack) -> Any:
    external = next(iter(cloud.network.networks(is_router_external=True)))
    network = cloud.network.create_network(name=NAME)
    made.callback(cloud.network.delete_network, network)
    subnet = cloud.network.create_subnet(name=NAME, network_id=network.id, ip_version=4, cidr="172.16.1.0/24")
    router = cloud.network.create_router(name=NAME, external_gateway_info={"network_id": external.id})
    made.callback(cloud.network.delete_router, router)
    cloud.network.add_interface_to_router(router, subnet.id)
    made.callback(cloud.network.remove_interface_from_router, router, subnet.id)
    return network


def _volume(cloud: Connection, made: ExitStack) -> Any:
    volume = cloud.create_volume(1, name=NAME, wait=True, timeout=DEADLINE)
    made.callback(cloud.delete_volume, volume.id, wait=True, timeout=DEADLINE)
    return volume


def _server(cloud: Connection, made: ExitStack, image: Any, network: Any) -> Any:
    flavor = cloud.create_flavor(NAME, ram=int(os.environ.get("FLAVOR_RAM", "64")), vcpus=1, disk=1)
    made.callback(cloud.delete_flavor, flavor.id)
    server = cloud.compute.create_server(
        name=NAME, image_id=image.id, flavor_id=flavor.id, networks=[{"uuid": network.id}]
    )
    made.callback(cloud.delete_server, server.id, wait=True, timeout=DEADLINE)
    return cloud.compute.wait_for_server(server, interval=1, wait=DEADLINE)


def _wait_for_login(cloud: Connection, server: Any) -> None:
    wait_for(
        "the console to show a login prompt",
        probe=lambda: str(cloud.compute.get_server_console_output(server)["output"]),
        until=lambda shown: "login:" in shown,
        deadline=DEADLINE,
        fix="run the suite: NOVA-14 says why",
    )


if __name__ == "__main__":
    main()
