"""With what a service becomes root, by its configuration."""

from typing import Any

import pytest

from fixtures.core.redaction import redact
from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.root_helpers import root_helper_of
from fixtures.nodes.service import Service
from fixtures.nodes.service_environment import ServiceEnvironment
from fixtures.nodes.service_environment_probe import Answer
from fixtures.nodes.service_environment_trouble import kept_from_root

NOVA = "nova-rootwrap /etc/nova/rootwrap.conf"


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        ("nova-compute", "[DEFAULT]\n", NOVA),
        (
            "nova-compute",
            "[DEFAULT]\nrootwrap_config = /opt/nova/rootwrap.conf\n",
            "nova-rootwrap /opt/nova/rootwrap.conf",
        ),
        ("nova-compute", "[workarounds]\ndisable_rootwrap = true\n", ""),
        ("nova-compute", "[DEFAULT]\ncompute_driver = ironic.IronicDriver\n", ""),
        ("nova-compute", "[privsep]\nhelper_command = sudo privsep-helper\n", ""),
        ("nova-compute", "[DEFAULT]\nrootwrap_config = $(reboot)\n", ""),
        ("nova-scheduler", "[DEFAULT]\n", ""),
        ("cinder-volume", "[DEFAULT]\n", "cinder-rootwrap /etc/cinder/rootwrap.conf"),
        (
            "neutron-l3-agent",
            "[agent]\nroot_helper = sudo neutron-rootwrap /etc/neutron/rootwrap.conf\n",
            "neutron-rootwrap /etc/neutron/rootwrap.conf",
        ),
        (
            "neutron-dhcp-agent",
            "[AGENT]\nroot_helper = sudo /venv/bin/neutron-rootwrap /etc/neutron/rootwrap.conf\n",
            "/venv/bin/neutron-rootwrap /etc/neutron/rootwrap.conf",
        ),
        ("neutron-l3-agent", "[agent]\nroot_helper = sudo\n", ""),
        ("neutron-l3-agent", "[agent]\nroot_helper = sudo -E neutron-rootwrap /etc/neutron/rootwrap.conf\n", ""),
        ("neutron-metadata-agent", "[agent]\nroot_helper = sudo neutron-rootwrap /etc/neutron/rootwrap.conf\n", ""),
        ("neutron-l3-agent", "[DEFAULT]\n", ""),
        ("neutron-server", "[agent]\nroot_helper = sudo neutron-rootwrap /etc/neutron/rootwrap.conf\n", ""),
    ],
)
def test_it_is_told_by_the_options(name: str, text: str, command: str) -> None:
    helper = root_helper_of(name, EffectiveConfig(f"{name}.service", {"/etc/x.conf": text}))
    assert (helper.command if helper else "") == command


def test_who_is_kept_from_it_is_told_with_the_line_that_is_missing() -> None:
    host: Any = None
    there = Service(host, {"Id": "nova-compute.service"})
    helper = root_helper_of("nova-compute", EffectiveConfig("nova-compute.service", {"/etc/x.conf": "[DEFAULT]\n"}))
    around = ServiceEnvironment("compute1", "nova-compute", there, root_helper=helper, found=Answer(user="nova"))
    assert not kept_from_root(around)
    refused = Answer(user="nova", refused=frozenset({NOVA}))
    told = kept_from_root(ServiceEnvironment("compute1", "nova-compute", there, root_helper=helper, found=refused))
    assert told.startswith(f"compute1: nova-compute.service does what needs root by sudo {NOVA} ([DEFAULT]")
    assert f"lets nova run {NOVA} * as root, with the whole path of nova-rootwrap and the tag NOPASSWD" in told
    assert redact(told) == told
