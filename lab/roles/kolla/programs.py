"""Give the containers every program of the machine, and the machine only those that a host of kolla-ansible's has."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

CONTAINERS = Path("/opt/kolla-programs")
FOLDERS = (Path("/usr/bin"), Path("/usr/sbin"))
STATUS = Path("/var/lib/dpkg/status")
# Packages that a host has not, as what is in them is in kolla's images.
IN_IMAGES = re.compile(
    r"(nova|neutron|cinder|glance|keystone|placement|swift|qemu|mariadb|erlang|uwsgi|dnsmasq|swtpm)\b.*"
    r"|python3-(?!minimal$|distutils$|lib2to3$).*"
    r"|libvirt.*|open-iscsi|tgt|ovmf|seabios|ipxe-qemu|galera-4|rabbitmq-server|memcached|haproxy|keepalived|radvd|novnc|websockify"
    r"|spice-html5|alembic|pycadf-common|os-brick-common|openstack-pkg-tools|dumb-init"
)


def main() -> None:
    """Link every program into the containers' folders, then take away what a host has not."""
    hidden = set(packages())
    programs = set(programs_of(hidden))
    for folder in FOLDERS:
        subprocess.run(["cp", "-al", folder, CONTAINERS / folder.name], check=True)
        for program in [path for path in folder.iterdir() if path in programs or target(path) in programs]:
            program.unlink()
    paragraphs = STATUS.read_text().split("\n\n")
    STATUS.with_name("status.containers").write_text("\n\n".join(paragraphs))
    STATUS.write_text("\n\n".join(each for each in paragraphs if name_in(each) not in hidden))


def packages() -> Iterator[str]:
    """Return the names of the installed packages that are in kolla's images alone."""
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\n"], capture_output=True, text=True, check=True)
    return (name for name in listed.stdout.split() if IN_IMAGES.fullmatch(name))


def programs_of(names: set[str]) -> Iterator[Path]:
    """Return what these packages have put among the programs."""
    listed = subprocess.run(["dpkg-query", "-L", *names], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        folder, name = Path("/usr") / Path(line).parent.name, Path(line).name
        if folder in FOLDERS and Path(line).parent.parent in {Path("/"), Path("/usr")}:
            yield folder / name


def target(path: Path) -> Path | None:
    """Return where a link leads, such as one of Debian's alternatives."""
    return path.resolve() if path.is_symlink() else None


def name_in(paragraph: str) -> str:
    """Return the package that a paragraph of dpkg's status is about."""
    return paragraph.strip().partition("\n")[0].removeprefix("Package: ")


main()
