"""A node that is this machine, on which services read the files that a test gives, and what came of their logins."""

from collections.abc import Mapping
from pathlib import Path

import testinfra

from fixtures.identity.login_outcome import LoginOutcome, Token
from fixtures.identity.login_sections import Section, sections_of
from fixtures.identity.logins import Login
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.config import EffectiveConfig, project_of
from fixtures.nodes.node import Node
from fixtures.nodes.service import Service
from selftests.identity.test_unlisted_services import catalogue
from selftests.nodes.known_nodes import known_node

SECTION = """
[{name}]
auth_type = password
auth_url = {url}
username = {user}
password = {password}
user_domain_name = Default
project_domain_name = Default
project_name = service
"""
URL = "http://controller:5000"


def text_of(
    name: str = "neutron", *more: str, url: str = URL, user: str = "neutron", password: str = "s3cr3t-word"
) -> str:
    """A section as the install guide has it, and further lines."""
    return SECTION.format(name=name, url=url, user=user, password=password) + "\n".join(more) + "\n"


def config_of(text: str, service: str = "nova-compute") -> EffectiveConfig:
    return EffectiveConfig(f"{service}.service", {f"/etc/{project_of(service)}/{project_of(service)}.conf": text})


def sections(text: str, service: str = "nova-compute") -> list[Section]:
    return sections_of(config_of(text, service), service)


def login_of(text: str, outcome: LoginOutcome, service: str = "nova-compute") -> Login:
    [section] = sections(text, service)
    there = Service(CheckedHost(testinfra.get_host("local://").backend), {"Id": f"{service}.service"})
    return Login("compute1", there, section, f"systemctl restart {service}", outcome)


def token(*roles: str, project: str = "service", catalog: Mapping[str, dict[str, str]] | None = None) -> Token:
    """A token, with a catalogue that has these types in these regions; see catalogue."""
    return Token({"id": "p1", "name": project}, frozenset(roles), catalogue(**(catalog or {})))


def this_machine(files: Mapping[str, Path]) -> Node:
    """A node on which each of these services runs, and reads its file."""
    node = known_node("compute1", running=list(files))
    made = Node("compute1", frozenset({"compute"}), CheckedHost(testinfra.get_host("local://").backend, limit=55))
    vars(made)["facts"] = node.facts
    for service, file in files.items():
        started = node.facts.parsed["started"][node.unit_names[service][0]]
        node.facts.parsed["started"][started["Id"]] = {**started, "Arguments": f"{service} --config-file={file}"}
    return made
