"""What Tempest's configuration wants to know of a cloud, asked of its APIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openstack.connection import Connection
from openstack.network.v2.network import Network
from os_service_types import ServiceTypes

from fixtures.cloud.client import cinder, keystone
from fixtures.cloud.connection import access, keystone_url
from fixtures.network.external_network import external_networks

MEMBER = ("member", "_member_", "Member")
"""What Keystone's bootstrap has called it, newest first."""


class CannotBeginError(Exception):
    """Something that Tempest needs is not there; the message says what to give."""


@dataclass(frozen=True)
class Facts:
    """Of a cloud, and of whom the credentials are."""

    keystone: str
    """URL of its version 3."""
    names: Mapping[str, str]
    """username, user_domain_name, project_name, project_domain_name of an operator."""
    password: str = field(repr=False)
    default_domain: str
    region: str
    interface: str
    cacert: str
    is_verified: bool
    types: Mapping[str, str]
    """By project (cinder), the type that the catalogue calls its service by (volumev3)."""
    versions: Mapping[str, str]
    """By project, the newest microversion, such as 2.93."""
    roles: frozenset[str]
    external: tuple[str, str]
    """The external network: ID, name."""
    external_subnet: str
    """Of IPv4, where there are more than one."""
    extensions: tuple[str, ...]
    """Of Neutron."""
    compute_nodes: int
    """On which servers can be booted."""
    has_backup: bool

    @property
    def member(self) -> str:
        """The role of an ordinary user."""
        return next((name for name in MEMBER if name in self.roles), MEMBER[0])


def read(cloud: Connection, external_network: str) -> Facts:
    """Ask an operator's connection.

    Args:
        external_network: name or ID; empty: the only one.

    Raises:
        CannotBeginError: no password, no operator, no external network.
    """
    who, auth = access(cloud), cloud.config.auth
    if not auth.get("password") or "admin" not in (who.role_names or []):
        raise CannotBeginError("Tempest makes its own users: give an operator's name and password (OS_CLOUD)")
    external = _external(cloud, external_network)
    verified, _ = cloud.config.get_requests_verify_args()
    types = {project: kind for kind in _catalogue(cloud) if (project := _project(kind))}
    return Facts(
        keystone=f"{keystone_url(cloud)}/v3",
        names={
            "username": str(who.username),
            "user_domain_name": str(who.user_domain_name),
            "project_name": str(who.project_name),
            "project_domain_name": str(who.project_domain_name),
        },
        password=str(auth["password"]),
        default_domain=str(who.project_domain_id),
        region=str(cloud.config.get_region_name() or ""),
        interface=str(cloud.config.get_interface() or "public").removesuffix("URL"),
        cacert=verified if isinstance(verified, str) else "",
        is_verified=bool(verified),
        types=types,
        versions={project: _newest(cloud, types[project]) for project in ("nova", "cinder") if project in types},
        roles=frozenset(str(role.name) for role in keystone(cloud).roles()),
        external=(str(external.id), str(external.name)),
        external_subnet=_only_needed([str(each) for each in _ipv4_subnets(cloud, external)], external),
        extensions=tuple(sorted(str(each.alias) for each in cloud.network.extensions())),
        compute_nodes=sum(
            each.binary == "nova-compute" and each.state == "up" and each.status == "enabled"
            for each in cloud.compute.services()
        ),
        has_backup="cinder" in types
        and any(each.binary == "cinder-backup" and each.state == "up" for each in cinder(cloud).services()),
    )


def disk_format(image: Path) -> str:
    """As Glance calls it."""
    with image.open("rb") as stream:
        return "qcow2" if stream.read(4) == b"QFI\xfb" else "raw"


def _catalogue(cloud: Connection) -> list[str]:
    """Where it has a service by several names, the official one comes last, which then counts."""
    told = [str(entry["type"]) for entry in access(cloud).service_catalog.catalog]
    return sorted(told, key=_is_official)


def _is_official(kind: str) -> bool:
    return bool(ServiceTypes().is_official(kind))


def _project(kind: str) -> str:
    data = ServiceTypes().get_service_data(kind)
    return str(data["project"]) if data else ""


def _newest(cloud: Connection, kind: str) -> str:
    data = cloud.session.get_endpoint_data(
        service_type=kind, interface=cloud.config.get_interface(), region_name=cloud.config.get_region_name()
    )
    newest = data.max_microversion if data else None
    return ".".join(map(str, newest)) if newest else ""


def _external(cloud: Connection, wanted: str) -> Network:
    found = [each for each in external_networks(cloud) if not wanted or wanted in (each.name, each.id)]
    if len(found) != 1:
        named = ", ".join(str(each.name) for each in found) or "none"
        raise CannotBeginError(f"external networks {wanted}: {named}, one expected. Fix: give --external-network=NAME")
    return found[0]


def _ipv4_subnets(cloud: Connection, external: Network) -> list[str]:
    return [str(each.id) for each in cloud.network.subnets(network_id=external.id, ip_version=4)]


def _only_needed(ipv4: list[str], external: Network) -> str:
    """The subnet to name: Tempest else takes whichever comes, of IPv6 too."""
    return ipv4[0] if ipv4 and len(external.subnet_ids or ()) > 1 else ""
