"""The machines and networks of the lab's clouds, read from clouds/*.toml; one cloud runs at a time."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from lab.paths import LAB, STATE
from lab.suites import HOST

CLOUDS = LAB / "clouds"
DEFAULT = "notes"
_CHOSEN = STATE / "cloud"


@dataclass(frozen=True)
class Network:
    """A network of the lab; `runner` is the address of the runner's side on it."""

    name: str
    cidr: IPv4Network
    runner: str
    pool: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """A machine of the lab; memory and disk in MiB."""

    name: str
    kind: str
    address: str
    provider: bool
    roles: tuple[str, ...]
    memory: int = 0
    disk: int = 0
    debian: str = HOST
    """The suite of Debian that it is made of."""


def clouds() -> dict[str, str]:
    """Return the title of each cloud that the lab can be."""
    return {name: _table(name)["title"] for name in sorted(file.stem for file in CLOUDS.glob("*.toml"))}


def chosen() -> str:
    """Return the cloud that the lab is at present, or would be."""
    try:
        return _CHOSEN.read_text()
    except FileNotFoundError:
        return DEFAULT


def choose(cloud: str) -> None:
    """Let the lab be this cloud, until it is down."""
    STATE.mkdir(parents=True, exist_ok=True)
    _CHOSEN.write_text(cloud)


def networks(cloud: str | None = None) -> dict[str, Network]:
    """Return the networks of a cloud by name; without one those of the present cloud."""
    return {
        name: Network(name, IPv4Network(entry["cidr"]), entry["runner"], tuple(entry.get("pool", ())))
        for name, entry in _table(cloud or chosen())["networks"].items()
    }


def machines(cloud: str | None = None) -> dict[str, Machine]:
    """Return the machines of a cloud by name, in the order of the table; without one those of the present cloud."""
    table = _table(cloud or chosen())
    suite = table.get("debian", HOST)
    return {name: _machine(name, suite, entry) for name, entry in table["machines"].items()}


def has_tls(everyone: Iterable[Machine]) -> bool:
    """Say whether the public endpoints of a cloud of these machines have TLS."""
    return any("tls" in machine.roles for machine in everyone)


def _machine(name: str, suite: str, entry: Mapping[str, Any]) -> Machine:
    return Machine(name=name, debian=suite, **{**entry, "roles": tuple(entry["roles"])})


def _table(cloud: str, *, is_taken: bool = False) -> dict[str, Any]:
    """What a cloud is.

    Args:
        is_taken: by one that is like it, which does not get what this one has alone.
    """
    own = tomllib.loads((CLOUDS / f"{cloud}.toml").read_text())
    like = _table(own.pop("like"), is_taken=True) if "like" in own else {"machines": {}, "networks": {}}
    before, everywhere, alone = own.pop("before", []), own.pop("roles", []), own.pop("alone", {})
    machines = {**like["machines"], **own.pop("machines", {}), **({} if is_taken else alone)}
    with_roles = {name: {**entry, "roles": [*before, *entry["roles"], *everywhere]} for name, entry in machines.items()}
    return {**like, **own, "machines": with_roles}
