"""Compute nodes as the lab's: each a container with a systemd and an sshd of its own over a copy-on-write root.

What cannot run without a cloud, or would fill the memory a hundred times over, is a sleeping process under the
service's name, with its options. Units, configuration, packages, libvirt and systemd's answers are real.
"""

import dataclasses
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from fixtures.core.waiting import wait_for
from lab import cgroups, credentials, images
from lab.configure import configure, values_for
from lab.machines import DEFAULT, Machine, machines
from lab.processes import run

PLACE = Path("/run/many-nodes")
"""On a tmpfs that nobody else sees."""
LOG = PLACE / "log"
KEYS = PLACE / "keys"
KEY, KNOWN = KEYS / "runner" / "id_ed25519", KEYS / "hostkeys" / "known_hosts"
FIRST, RUNNER, CONTROLLER = IPv4Address("10.77.1.0"), "10.77.0.1", "10.77.0.2"
NETWORK = "10.77.0.0/16"
BRIDGE = "many"
MODEL = dataclasses.replace(
    machines(DEFAULT)["compute1"], name="model-of-nodes", kind="container", address="10.77.255.254", provider=False
)
"""What is configured once, and then copied with another name and address."""
AT_ONCE = 4
"""Nodes that are booted side by side: systemd's start takes processors."""
BOOT = 300
"""Seconds, for AT_ONCE of them on a busy machine."""
SLEEPERS = {
    "nova-compute": "--config-file=/etc/nova/nova.conf --config-file=/etc/nova/nova-compute.conf",
    "neutron-linuxbridge-agent": "--config-file=/etc/neutron/neutron.conf "
    "--config-file=/etc/neutron/plugins/ml2/linuxbridge_agent.ini",
    "iscsid": "-f",
}
# The shell stays in front of sleep, so that the options stay on its command line
SLEEPER = """[Service]
Type=simple
NotifyAccess=none
PIDFile=
ExecStartPre=
ExecStart=
ExecStart=@/bin/sh /usr/bin/{name} -c "sleep infinity; :" {options}
"""
MASKED = (
    *("systemd-networkd.service", "systemd-networkd.socket", "systemd-logind.service", "systemd-udevd.service"),
    *("systemd-udev-trigger.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket"),
    *("console-getty.service", "getty.target", "open-iscsi.service", "libvirt-guests.service", "polkit.service"),
    *("systemd-machined.service", "logrotate.timer", "systemd-tmpfiles-clean.timer"),
)
FILES = {
    "etc/chrony/chrony.conf": "local stratum 8\ndriftfile /var/lib/chrony/chrony.drift\n",
    "etc/default/chrony": 'DAEMON_OPTS="-F 1 -x"\n',  # a container cannot set the clock of its host
    "etc/systemd/journald.conf.d/small.conf": "[Journal]\nStorage=volatile\nRuntimeMaxUse=2M\n",
}


@dataclass(frozen=True)
class ComputeNode:
    """One of them, by its number from 1 on."""

    number: int

    @property
    def name(self) -> str:
        """Such as n001."""
        return f"n{self.number:03}"

    @property
    def address(self) -> str:
        """On the bridge that all of them are plugged into."""
        return str(FIRST + self.number)

    @property
    def root(self) -> Path:
        """Where its root is mounted."""
        return PLACE / self.name / "root"


def layers() -> tuple[Path, ...]:
    """The trees of the lab's cache that they stand on, topmost first."""
    return images.lower(MODEL)


def build_model(nodes: Sequence[ComputeNode]) -> Path:
    """Configure what all of them have in common; gives its tree.

    Raises:
        subprocess.CalledProcessError: a setup script failed; its output is in LOG.
    """
    controller = Machine("controller", "container", CONTROLLER, False, ("controller",))
    named = [Machine(each.name, "container", each.address, False, MODEL.roles) for each in nodes]
    model, passwords = PLACE / "model", credentials.passwords()
    credentials.write_host_keys(KNOWN.parent, [MODEL])
    credentials.write_nova_key(KEYS / "nova")
    credentials.write_runner(KEY.parent, [controller, *named], passwords)
    values = values_for(MODEL, [controller, *named], passwords)
    values |= {"MANAGEMENT_CIDR": NETWORK, "MANAGEMENT_PREFIX": NETWORK.partition("/")[2]}
    configure(model, layers(), MODEL, values, KEYS, LOG)
    for name, options in SLEEPERS.items():
        _write(model / f"etc/systemd/system/{name}.service.d/sleeper.conf", SLEEPER.format(name=name, options=options))
    for name, text in FILES.items():
        _write(model / name, text)
    for unit in MASKED:
        link = model / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    return model


def plug(nodes: Sequence[ComputeNode]) -> None:
    """Make the bridge, and for each node a network namespace that is plugged into it, and has a second interface.

    The controller's address is the runner's, where nothing listens: its ports refuse at once.
    """
    lines = ["link set lo up", f"link add {BRIDGE} type bridge forward_delay 0 mcast_snooping 0"]
    lines += [f"addr add {each}/16 dev {BRIDGE}" for each in (RUNNER, CONTROLLER)] + [f"link set {BRIDGE} up"]
    for node in nodes:
        run("ip", "netns", "add", node.name)
        lines += [f"link add {node.name} type veth peer name eth0 netns {node.name}"]
        lines += [f"link set {node.name} master {BRIDGE} up"]
        lines += [f"link add {node.name}p type veth peer name eth1 netns {node.name}", f"link set {node.name}p up"]
    run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")
    for node in nodes:
        own = ["link set lo up", f"addr add {node.address}/16 dev eth0", "link set eth0 up", "link set eth1 up"]
        run("ip", "-n", node.name, "-batch", "-", stdin="\n".join(own) + "\n")


def start(nodes: Sequence[ComputeNode], model: Path) -> None:
    """Boot them; ends when each has started all that it starts at boot.

    Raises:
        WaitFailed: one does not come up.
    """
    told = [*_about(model)]

    def boot(node: ComputeNode) -> None:
        _mount(node, model, told)
        with (PLACE / node.name / "console").open("wb") as console:
            subprocess.Popen(_command(node), stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        wait_for(
            f"{node.name} to start",
            lambda: on(node, "systemctl", "is-system-running"),
            lambda state: state in {"running", "degraded"},
            BOOT,
            fix=f"read {PLACE / node.name / 'console'} before this ends",
        )

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        list(pool.map(boot, nodes))


def _about(model: Path) -> Iterator[Path]:
    """The files that tell of the model's name or address."""
    for file in (path for path in model.rglob("*") if path.is_file() and not path.is_symlink()):
        if MODEL.name.encode() in (text := file.read_bytes()) or MODEL.address.encode() in text:
            yield file.relative_to(model)


def _mount(node: ComputeNode, model: Path, told: Sequence[Path]) -> None:
    upper, work = PLACE / node.name / "upper", PLACE / node.name / "work"
    for folder in (node.root, upper, work):
        folder.mkdir(parents=True)
    below = ":".join(map(str, (model, *layers())))
    run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={below},upperdir={upper},workdir={work}", str(node.root))
    for name in told:
        file = node.root / name
        text = file.read_bytes().replace(MODEL.name.encode(), node.name.encode())
        file.write_bytes(text.replace(MODEL.address.encode(), node.address.encode()))
    (node.root / "etc/machine-id").write_text(f"{node.number:032x}\n")


def _command(node: ComputeNode) -> list[str]:
    """As the lab starts its own, see lab/container.py; in this PID namespace nobody else's groups are met."""
    return [
        *cgroups.entering(dataclasses.replace(MODEL, name=node.name)),
        *("env", "SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes", "systemd-nspawn", "--quiet", "--settings=no"),
        *(f"--directory={node.root}", f"--machine={node.name}", f"--hostname={node.name}"),
        *("--register=no", "--keep-unit", f"--network-namespace-path=/run/netns/{node.name}"),
        *("--capability=all", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=read-only"),
        "/sbin/init",
    ]


def on(node: ComputeNode, *words: str) -> str:
    """What a command there prints, by the shortest way; empty as long as nothing answers."""
    options = ["-oBatchMode=yes", "-oConnectTimeout=5", "-oLogLevel=ERROR", f"-oUserKnownHostsFile={KNOWN}"]
    ssh = ["ssh", "-F", "none", *options, f"-oHostKeyAlias={MODEL.name}", f"-i{KEY}", f"root@{node.address}"]
    return subprocess.run([*ssh, shlex.join(words)], capture_output=True, text=True).stdout.strip()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
