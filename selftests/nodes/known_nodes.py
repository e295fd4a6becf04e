"""Nodes of which the test says what is there."""

from collections.abc import Collection
from typing import Any, cast

from fixtures.nodes.boot import Properties
from fixtures.nodes.facts import Facts
from fixtures.nodes.node import Node
from fixtures.nodes.unit_names import ALL_UNITS, UNIT_NAMES

ABSENT = {"LoadState": "not-found", "ActiveState": "inactive", "UnitFileState": ""}


class KnownFacts(Facts):
    """What the test says of a node."""

    def __getitem__(self, wanted: Any) -> Any:
        return self.parsed[wanted.name]


def known_node(
    name: str,
    distribution: str = "debian",
    *,
    running: Collection[str] = (),
    stopped: Collection[str] = (),
    dormant: Collection[str] = (),
    masked: Collection[str] = (),
    hostname: str = "",
    addresses: Collection[str] = (),
) -> Node:
    """A node with these services, by their names in unit_names.toml.

    Args:
        running: run, and start at boot.
        stopped: do not run, and start at boot.
        dormant: are installed, and neither run nor start at boot.
    """
    names = UNIT_NAMES[distribution]
    units = {unit: {"Id": unit, **ABSENT} for unit in ALL_UNITS}
    for services, properties in (
        (running, _unit("active", "enabled")),
        (stopped, _unit("inactive", "enabled")),
        (dormant, _unit("inactive", "disabled")),
        (masked, {**ABSENT, "LoadState": "masked"}),
    ):
        for service in services:
            unit = names[service][0]
            starter = unit if properties["UnitFileState"] == "enabled" else ""
            units[unit] = {"Id": unit, "StartedBy": starter, **properties}
    facts = {"started": units, "unit-files": names, "hostname": hostname or name, "addresses": frozenset(addresses)}
    return with_facts(name, facts)


def with_facts(name: str, facts: dict[str, Any]) -> Node:
    made = Node(name, frozenset(), cast(Any, None))
    vars(made)["facts"] = KnownFacts(cast(Any, None), facts)
    return made


def _unit(state: str, enablement: str) -> Properties:
    return {"LoadState": "loaded", "ActiveState": state, "UnitFileState": enablement}
