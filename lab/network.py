"""The lab's network: a namespace with two bridges, and one port a machine and network."""

from dataclasses import dataclass

from lab.machines import Machine, Network, networks
from lab.paths import NETNS
from lab.processes import NETNS_FILE, run

_BRIDGES = {"management": "br-mgmt", "provider": "br-provider"}
_SHORT = {"management": "mgmt", "provider": "prov"}

# With offloads on, a tap behind a bridge carries some KB/s: UML cannot take the big frames.
_OFFLOADS = ("tso", "off", "gso", "off", "gro", "off", "tx", "off")


@dataclass(frozen=True)
class Port:
    """A machine's connection to a network.

    Attributes:
        outside: device in the lab's namespace.
        bridge: bridge it is plugged into.
        inside: name of the interface in the machine.
        mac: address of the interface in the machine.
    """

    outside: str
    bridge: str
    inside: str
    mac: str


def ports(machine: Machine) -> list[Port]:
    """Return the ports of a machine: management first, then provider if it has that."""
    names = ("management", "provider") if machine.provider else ("management",)
    octet = int(machine.address.rpartition(".")[2])
    return [
        Port(f"{_SHORT[name]}{octet}", _BRIDGES[name], f"eth{number}", mac(number, octet))
        for number, name in enumerate(names)
    ]


def mac(number: int, octet: int) -> str:
    """Return the MAC address of interface `number` of the machine whose address ends in `octet`."""
    return f"52:54:00:00:{number:02x}:{octet:02x}"


def up() -> None:
    """Make the namespace with the bridges and the runner's addresses."""
    run("ip", "netns", "add", NETNS)
    table = networks()
    lines = ["link set lo up"]
    for number, name in enumerate(_BRIDGES):
        lines += _bridge(number, _BRIDGES[name], table[name])
    _ip(lines)
    # A runner that forwards between the two networks would hide a broken router of the cloud.
    _inside("sysctl", "--quiet", "--write", "net.ipv4.ip_forward=0")
    for bridge in _BRIDGES.values():
        _inside("ethtool", "-K", bridge, *_OFFLOADS)


def _bridge(number: int, bridge: str, network: Network) -> list[str]:
    octet = int(network.runner.rpartition(".")[2])
    return [
        f"link add {bridge} address {mac(number, octet)} type bridge forward_delay 0 mcast_snooping 0",
        f"addr add {network.runner}/{network.cidr.prefixlen} dev {bridge}",
        f"link set {bridge} gso_max_segs 1 up",
    ]


def down() -> None:
    """Remove the namespace, and with it every bridge, tap and veth."""
    if NETNS_FILE.exists():
        run("ip", "netns", "delete", NETNS)


def add_taps(machine: Machine) -> None:
    """Make the taps of a UML machine."""
    for port in ports(machine):
        _ip(
            [
                f"tuntap add dev {port.outside} mode tap",
                f"link set {port.outside} master {port.bridge} gso_max_segs 1 up",
            ]
        )


def remove(machine: Machine) -> None:
    """Remove the ports of a machine, as far as they are there."""
    if not NETNS_FILE.exists():
        return
    present = devices()
    _ip([f"link delete {port.outside}" for port in ports(machine) if port.outside in present])


def plug(machine: Machine, leader: int) -> None:
    """Give a container its interfaces, as veth pairs.

    Arguments:
        machine: the container.
        leader: process ID, on the host, of the container's PID 1.
    """
    remove(machine)
    # eth0 comes last: the container's init waits for it.
    lines = []
    for port in reversed(ports(machine)):
        peer = f"peer name {port.inside} address {port.mac} netns {leader}"
        lines += [
            f"link add {port.outside} gso_max_segs 1 type veth {peer}",
            f"link set {port.outside} master {port.bridge} up",
        ]
    _ip(lines)
    _quieten_container(machine, leader)


def _quieten_container(machine: Machine, leader: int) -> None:
    quieten(machine)
    enter = ("nsenter", f"--net=/proc/{leader}/ns/net")
    for port in ports(machine):
        run(*enter, "ethtool", "-K", port.inside, *_OFFLOADS)
        run(*enter, "ip", "link", "set", port.inside, "gso_max_segs", "1")


def quieten(machine: Machine) -> None:
    """Turn the offloads of a machine's ports off, on the runner's side."""
    for port in ports(machine):
        _inside("ethtool", "-K", port.outside, *_OFFLOADS)


def carried(machine: Machine) -> bool:
    """Say whether somebody has opened every port of the machine at its other end."""
    states = devices()
    return all("LOWER_UP" in states.get(port.outside, "") for port in ports(machine))


def devices() -> dict[str, str]:
    """Return the devices of the lab's namespace with their flags."""
    lines = run("ip", "-n", NETNS, "-oneline", "link", "show").splitlines()
    fields = [line.split() for line in lines]
    return {field[1].partition("@")[0].rstrip(":"): field[2] for field in fields}


def _ip(lines: list[str]) -> None:
    run("ip", "-n", NETNS, "-batch", "-", stdin="\n".join(lines) + "\n")


def _inside(*command: str) -> None:
    run("nsenter", f"--net={NETNS_FILE}", *command)
