"""The machines and networks of the lab, read from machines.toml."""

import tomllib
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.paths import LAB

TABLE = LAB / "machines.toml"


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


def networks() -> dict[str, Network]:
    """Return the networks by name."""
    table = tomllib.loads(TABLE.read_text())["networks"]
    return {
        name: Network(name, IPv4Network(entry["cidr"]), entry["runner"], tuple(entry.get("pool", ())))
        for name, entry in table.items()
    }


def machines() -> dict[str, Machine]:
    """Return the machines by name, in the order of the table."""
    table = tomllib.loads(TABLE.read_text())["machines"]
    return {name: Machine(name=name, **{**entry, "roles": tuple(entry["roles"])}) for name, entry in table.items()}
