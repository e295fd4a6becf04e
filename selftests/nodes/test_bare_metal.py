from typing import Any

import pytest

from fixtures.nodes import bare_metal
from fixtures.nodes.bare_metal import why_no_guests
from fixtures.nodes.config import EffectiveConfig
from selftests.nodes.known_nodes import known_node

NODE = known_node("infra1", running=["nova-compute"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[DEFAULT]\ncompute_driver = ironic.IronicDriver\n", "compute_driver = ironic.IronicDriver"),
        ("[DEFAULT]\ncompute_driver = libvirt.LibvirtDriver\n", ""),
        ("[DEFAULT]\n", ""),
    ],
)
def test_a_node_for_bare_metal_starts_no_guests(text: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = EffectiveConfig("nova-compute.service", {"/etc/nova/nova.conf": text})
    monkeypatch.setattr(bare_metal, "effective_config", lambda *_: config)
    assert told in why_no_guests(NODE)
    assert bool(why_no_guests(NODE)) is bool(told)


def test_whose_file_does_not_tell_is_no_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> EffectiveConfig:
        raise PermissionError("give --sudo")

    monkeypatch.setattr(bare_metal, "effective_config", refused)
    assert why_no_guests(NODE) == ""
