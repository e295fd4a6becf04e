"""tempest.conf, out of what is known of the cloud.

Source of the options: Tempest's own tempest/config.py, `tempest help run`.
"""

from collections.abc import Mapping
from pathlib import Path

from selftests.tools.beside_tempest.facts import Facts, disk_format
from selftests.tools.beside_tempest.needs import Needs

Value = str | int | bool
Sections = dict[str, dict[str, Value]]
WAIT = 300
"""Seconds, Tempest's own for each wait; multiplied by what a slow cloud takes."""
PING = 120


def sections(facts: Facts, needs: Needs, image: Path, user: str, folder: Path, scale: float) -> Sections:
    """All that is not Tempest's default.

    Args:
        image: the guest image's file, which some scenarios upload themselves.
        user: who logs in to it.
        folder: for the log and locks; nobody else's.
        scale: multiplies every wait.
    """
    wait = {"build_timeout": int(WAIT * scale)}
    several = facts.compute_nodes > 1
    return {
        "DEFAULT": {"log_file": str(folder / "tempest.log"), "debug": False, "use_stderr": False},
        "oslo_concurrency": {"lock_path": str(folder / "locks")},
        "auth": {
            **{f"admin_{name}": value for name, value in facts.names.items()},
            "admin_password": facts.password,
            "use_dynamic_credentials": True,
            "create_isolated_networks": True,
            "default_credentials_domain_name": facts.names["project_domain_name"],
        },
        "identity": _identity(facts),
        "service_available": {
            name: name in facts.types for name in ("nova", "glance", "neutron", "cinder", "swift", "horizon")
        },
        "compute": {
            "image_ref": needs.images[0],
            "image_ref_alt": needs.images[1],
            "flavor_ref": needs.flavors[0],
            "flavor_ref_alt": needs.flavors[1],
            "min_compute_nodes": max(facts.compute_nodes, 1),
            "volume_device_name": "vdb",
            **_service(facts, "nova"),
            **wait,
        },
        "compute-feature-enabled": {
            "resize": several,
            "cold_migration": several,
            "live_migration": several,
            "block_migration_for_live_migration": several,
            "attach_encrypted_volume": "barbican" in facts.types,
            "config_drive": True,
            "console_output": True,
            "metadata_service": True,
            "snapshot": True,
            "vnc_console": True,
        },
        "image": {**_service(facts, "glance"), **wait},
        "network": {
            "public_network_id": facts.external[0],
            "floating_network_name": facts.external[1],
            "subnet_id": facts.external_subnet,
            **_service(facts, "neutron"),
            **wait,
        },
        "network-feature-enabled": {
            "api_extensions": ",".join(facts.extensions),
            "floating_ips": True,
            "ipv6": True,
            "ipv6_subnet_attributes": True,
            "port_security": "port-security" in facts.extensions,
        },
        "validation": {
            "run_validation": True,
            "connect_method": "floating",
            "image_ssh_user": user,
            "image_alt_ssh_user": user,
            "ssh_timeout": int(WAIT * scale),
            "ping_timeout": int(PING * scale),
        },
        "volume": {**_service(facts, "cinder"), **wait},
        "volume-feature-enabled": {"backup": facts.has_backup, "snapshot": True},
        "object-storage": {"operator_role": facts.member, **_service(facts, "swift")},
        "scenario": {"img_file": str(image), "img_disk_format": disk_format(image), "dhcp_client": "udhcpc"},
    }


def _identity(facts: Facts) -> dict[str, Value]:
    return {
        "uri_v3": facts.keystone,
        "region": facts.region,
        "v3_endpoint_type": facts.interface,
        "default_domain_id": facts.default_domain,
        "disable_ssl_certificate_validation": not facts.is_verified,
        **({"ca_certificates_file": facts.cacert} if facts.cacert else {}),
    }


def _service(facts: Facts, project: str) -> dict[str, Value]:
    told: dict[str, Value] = {"endpoint_type": facts.interface}
    if project in facts.types:
        told["catalog_type"] = facts.types[project]
    if facts.versions.get(project):
        told["max_microversion"] = facts.versions[project]
    return told


def write(file: Path, all_of_it: Mapping[str, Mapping[str, Value]]) -> None:
    """Into a file that only its owner can read."""
    file.touch(mode=0o600)
    file.write_text(text(all_of_it))


def text(all_of_it: Mapping[str, Mapping[str, Value]]) -> str:
    """In oslo.config's form, which takes quotes away, and `$` for the name of another option.

    Raises:
        ValueError: a value has more than one line.
    """
    lines = []
    for section, options in all_of_it.items():
        lines += [f"[{section}]", *(f"{name} = {_quoted(value)}" for name, value in options.items()), ""]
    return "\n".join(lines)


def _quoted(value: Value) -> str:
    if not isinstance(value, str):
        return str(value)
    if len(value.splitlines()) > 1:
        raise ValueError("a value of tempest.conf has one line")
    return '"{}"'.format(value.replace("$", "$$"))
