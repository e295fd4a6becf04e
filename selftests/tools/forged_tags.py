"""See what a sweep does with what customers made to look like a run's. It is run by hand, as the operator:

`./lab/lab exec -- .venv/bin/python -m selftests.tools.forged_tags`

A customer names a volume and a network as a run would, hands a volume with such a name over to another project, and
the operator has a protected image of that name. `--sweep` must leave all of it; `--sweep --yes` takes what it was told
to, tells what it could not, and ends all the same.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack

import openstack
from openstack.connection import Connection

from fixtures.core.run_tag import PREFIX, run_id
from selftests import ROOT

AVAILABLE = 60
"""Seconds for a volume of 1 GiB."""
AGED = """
update cinder.volumes set created_at = utc_timestamp() - interval 5 hour where display_name like '{0}%';
update glance.images set created_at = utc_timestamp() - interval 5 hour where name like '{0}%';
update neutron.standardattributes join neutron.networks on networks.standard_attr_id = standardattributes.id
    set standardattributes.created_at = utc_timestamp() - interval 5 hour where networks.name like '{0}%';
"""
"""A run of which nothing else is known is thought alive for four hours."""


def main() -> int:
    """Make, sweep twice, tell; 1 if the first sweep took anything."""
    operator, customer = openstack.connect(cloud="admin"), openstack.connect(cloud="demo")
    name = f"{PREFIX}{run_id(secrets.token_hex(4))}-forged"
    with ExitStack() as made:
        _make(made, operator, customer, name)
        subprocess.run(["ssh", "controller", "mariadb"], input=AGED.format(name), text=True, check=True)
        before = sorted(_there(operator, name))
        print(f"made: {before}")
        kept = _sweep(operator, name)
        _sweep(operator, name, "--yes")
    print(f"left afterwards: {sorted(_there(operator, name))}")
    return 0 if kept == before else 1


def _make(made: ExitStack, operator: Connection, customer: Connection, name: str) -> None:
    for label in ("volume", "handed-over"):
        volume = customer.create_volume(size=1, name=f"{name}-{label}", timeout=AVAILABLE)
        made.callback(operator.block_storage.delete_volume, volume.id, ignore_missing=True)
    network = customer.network.create_network(name=f"{name}-network")
    made.callback(operator.network.delete_network, network.id, ignore_missing=True)
    transfer = customer.block_storage.create_transfer(volume_id=volume.id)
    operator.block_storage.accept_transfer(transfer.id, transfer.auth_key)
    image = operator.image.create_image(f"{name}-image", is_protected=True, container_format="bare", disk_format="raw")
    made.callback(operator.image.delete_image, image.id, ignore_missing=True)
    made.callback(lambda: operator.image.update_image(image.id, is_protected=False))


def _there(operator: Connection, name: str) -> Iterator[str]:
    yield from (each.name for each in operator.block_storage.volumes(all_projects=True) if each.name.startswith(name))
    yield from (each.name for each in operator.network.networks() if each.name.startswith(name))
    yield from (each.name for each in operator.image.images() if each.name.startswith(name))


def _sweep(operator: Connection, name: str, *arguments: str) -> list[str]:
    """What is there after a sweep that knows of no ledger."""
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--sweep", *arguments],
            cwd=ROOT,
            env={**os.environ, "XDG_STATE_HOME": state},
            capture_output=True,
            text=True,
        )
    left = sorted(_there(operator, name))
    print(f"--sweep {' '.join(arguments)}: exit code {done.returncode}; there still: {left}\n{done.stdout}")
    return left


if __name__ == "__main__":
    sys.exit(main())
