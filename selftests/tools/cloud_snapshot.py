"""All that is in a cloud, as its operator sees it, to be compared with what is there later.

`python -m selftests.tools.cloud_snapshot before.json` writes it down; with `--compare before.json` it prints what is
different now, a line each, and exits with 1 if anything is. Nothing is changed, no role is taken on: of other projects'
containers it sees those where the operator has a role already.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import openstack
from openstack.connection import Connection

from fixtures.cloud.client import cinder, connected_as, glance, keystone, steadied

Attributes = dict[str, Any]
Everything = dict[str, dict[str, Attributes]]
"""By the kind and the ID."""
Lister = Callable[[Connection], Iterable[tuple[str, Attributes]]]

VOLATILE = {
    "availability_zones",
    "last_heartbeat_at",
    "location",
    "progress",
    "reservation",
    "revision_number",
    "updated_at",
    "usage",
    "used",
}
"""What changes by itself: heartbeats, counters, when something was changed, and where agents happen to serve it."""
COMES_BY_ITSELF = {"default group"}
"""Neutron makes it when anyone first asks in a project, such as Nova, when an operator lists everybody's servers."""
OF_A_SERVICE = ("binary", "host", "zone", "availability_zone", "status", "disabled_reason", "forced_down")
OF_AN_AGENT = ("agent_type", "binary", "host", "is_admin_state_up")


def main() -> int:
    """Write it down, or compare; see above."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.cloud_snapshot")
    parser.add_argument("--compare", action="store_true", help="say what is different from FILE, instead of writing it")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    now = everything(steadied(openstack.connect()))
    if not options.compare:
        options.file.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
        return 0
    found = differences(json.loads(options.file.read_text()), now)
    print("\n".join(found) or "nothing is different")
    return 1 if found else 0


def everything(operator: Connection) -> Everything:
    """What there is now.

    Raises:
        openstack.exceptions.SDKException, keystoneauth1.exceptions.ClientException: a service cannot tell.
    """
    wanted = {kind: lister for (service, kind), lister in LISTERS.items() if operator.has_service(service)}
    with ThreadPoolExecutor(max_workers=8) as pool:
        listed = pool.map(lambda lister: dict(lister(operator)), wanted.values())
        told = dict(zip(wanted, listed, strict=True))
    kept: Everything = json.loads(json.dumps(told, default=str))
    return kept


def differences(before: Everything, after: Everything) -> list[str]:
    """A line for each thing that was added, or is gone, and for each attribute that was changed."""
    lines = []
    for kind in sorted({*before, *after}):
        then, now = before.get(kind, {}), after.get(kind, {})
        added = () if kind in COMES_BY_ITSELF else sorted(now.keys() - then.keys())
        lines += [f"added {_called(kind, each, now[each])}" for each in added]
        lines += [f"gone {_called(kind, each, then[each])}" for each in sorted(then.keys() - now.keys())]
        for each in sorted(then.keys() & now.keys()):
            lines += [
                f"changed {_called(kind, each, now[each])}: {name}: {then[each].get(name)} -> {now[each].get(name)}"
                for name in sorted({*then[each], *now[each]})
                if then[each].get(name) != now[each].get(name)
            ]
    return lines


def _called(kind: str, identity: str, attributes: Attributes) -> str:
    told = attributes.get("name") or attributes.get("description") or ""
    return f"{kind} {identity}" + (f" ({told})" if told not in ("", identity) else "")


def _told(resource: Any) -> tuple[str, Attributes]:
    """The ID and what does not change by itself; lists in an order of their own."""
    return str(resource.id), _steady(resource.to_dict(computed=False))


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(each) for key, each in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return sorted(map(_steady, value), key=lambda each: json.dumps(each, sort_keys=True, default=str))
    return value


def _only(resource: Any, names: Iterable[str]) -> tuple[str, Attributes]:
    whole = resource.to_dict(computed=False)
    return str(resource.id), {name: whole[name] for name in names if name in whole}


def _of(resources: Iterable[Any]) -> Iterator[tuple[str, Attributes]]:
    return map(_told, resources)


def _security_groups(cloud: Connection, *, are_default: bool) -> Iterator[tuple[str, Attributes]]:
    """Either the group `default` of each project that is there, or all others."""
    projects = {project.id for project in keystone(cloud).projects()}
    groups = cloud.network.security_groups()
    return _of(each for each in groups if (each.name == "default" and each.project_id in projects) == are_default)


def _role_assignments(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    for each in keystone(cloud).role_assignments():
        told = {name: getattr(each, name) for name in ("role", "user", "group", "scope")}
        yield json.dumps(told, sort_keys=True, default=str), {}


def _quotas(read: Callable[[str], Any], cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    for project in keystone(cloud).projects():
        yield project.id, {**_told(read(project.id))[1], "name": project.name}


def _ports(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    """Without those of DHCP, which come and go as the agents like."""
    return _of(port for port in cloud.network.ports() if port.device_owner != "network:dhcp")


def _allocations(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    """What Placement thinks that servers take; by the resource provider and the server."""
    for provider in cloud.placement.resource_providers():
        told = cloud.placement.get(f"/resource_providers/{provider.id}/allocations").json()["allocations"]
        yield from ((f"{provider.name} {consumer}", each["resources"]) for consumer, each in told.items())


def _reached(cloud: Connection) -> Iterator[Connection]:
    """The operator in each project in which it has a role."""
    yield cloud
    for project in keystone(cloud).get("/auth/projects").json()["projects"]:
        if project["id"] != cloud.current_project_id and project["enabled"]:
            yield connected_as(cloud, project_id=project["id"])


def _stored(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    """Each account with its metadata, and each object of each container."""
    return chain.from_iterable(map(_stored_in, _reached(cloud)))


def _stored_in(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    swift, project = cloud.object_store, cloud.current_project_id
    answer = swift.head("")
    if answer.status_code in {401, 403}:
        return
    # Some are keys: it is enough to see that they have changed
    metadata = {name: value for name, value in answer.headers.items() if "-meta-" in name.lower()}
    yield str(project), {name: hashlib.sha256(value.encode()).hexdigest() for name, value in metadata.items()}
    for container in swift.containers():
        place = f"{project}/{container.name}"
        yield place, _steady(swift.get_container_metadata(container.name).metadata)
        for each in swift.objects(container):
            yield f"{place}/{each.name}", {"etag": each.etag, "bytes": each.content_length}


def _volume_quotas(cloud: Connection) -> Iterator[tuple[str, Attributes]]:
    return _quotas(cinder(cloud).get_quota_set, cloud)


# By the service that must be in the catalogue, and the kind
LISTERS: dict[tuple[str, str], Lister] = {
    ("identity", "domain"): lambda cloud: _of(keystone(cloud).domains()),
    ("identity", "project"): lambda cloud: _of(keystone(cloud).projects()),
    ("identity", "user"): lambda cloud: _of(keystone(cloud).users()),
    ("identity", "group"): lambda cloud: _of(keystone(cloud).groups()),
    ("identity", "role"): lambda cloud: _of(keystone(cloud).roles()),
    ("identity", "role assignment"): _role_assignments,
    ("identity", "service"): lambda cloud: _of(keystone(cloud).services()),
    ("identity", "endpoint"): lambda cloud: _of(keystone(cloud).endpoints()),
    ("image", "image"): lambda cloud: _of(glance(cloud).images()),
    ("compute", "flavor"): lambda cloud: _of(cloud.compute.flavors(get_extra_specs=True, is_public=None)),
    ("compute", "keypair"): lambda cloud: _of(cloud.compute.keypairs()),
    ("compute", "server"): lambda cloud: _of(cloud.compute.servers(all_projects=True)),
    ("compute", "server group"): lambda cloud: _of(cloud.compute.server_groups(all_projects=True)),
    ("compute", "aggregate"): lambda cloud: _of(cloud.compute.aggregates()),
    ("compute", "compute service"): lambda cloud: (_only(each, OF_A_SERVICE) for each in cloud.compute.services()),
    ("compute", "compute quota"): lambda cloud: _quotas(cloud.compute.get_quota_set, cloud),
    ("placement", "allocation"): _allocations,
    ("network", "network"): lambda cloud: _of(cloud.network.networks()),
    ("network", "subnet"): lambda cloud: _of(cloud.network.subnets()),
    ("network", "port"): _ports,
    ("network", "router"): lambda cloud: _of(cloud.network.routers()),
    ("network", "floating IP"): lambda cloud: _of(cloud.network.ips()),
    ("network", "security group"): partial(_security_groups, are_default=False),
    ("network", "default group"): partial(_security_groups, are_default=True),
    ("network", "agent"): lambda cloud: (_only(each, OF_AN_AGENT) for each in cloud.network.agents()),
    ("network", "network quota"): lambda cloud: _quotas(cloud.network.get_quota, cloud),
    # also of projects that are gone
    ("network", "own network quota"): lambda cloud: ((str(each.project_id), {}) for each in cloud.network.quotas()),
    ("block-storage", "volume"): lambda cloud: _of(cinder(cloud).volumes(all_projects=True)),
    ("block-storage", "snapshot"): lambda cloud: _of(cinder(cloud).snapshots(all_projects=True)),
    ("block-storage", "volume type"): lambda cloud: _of(cinder(cloud).types()),
    ("block-storage", "volume service"): lambda cloud: (
        (f"{each.binary} {each.host}", _only(each, OF_A_SERVICE)[1]) for each in cinder(cloud).services()
    ),
    ("block-storage", "volume quota"): _volume_quotas,
    ("object-store", "stored"): _stored,
}


if __name__ == "__main__":
    sys.exit(main())
