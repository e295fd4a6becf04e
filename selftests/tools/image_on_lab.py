"""The suite out of its image, on the lab, as docs/command.md has it with podman; nothing is installed on this machine.

    python3 -m selftests.tools.image_on_lab FOLDER --build
    ./lab/lab exec -- python3 -m selftests.tools.image_on_lab FOLDER -- run --hosts=controller,compute1 …

as root. The first makes FOLDER/openstack-acceptance.tar by container/build, in a bare Debian with podman; the second
starts a container of it in another. That one's directory, with its reports/, is FOLDER/work. Exit code: the command's.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from selftests.tools import bare_machine

ETC_SSH = Path("/etc/ssh")
"""Where `./lab/lab exec` has keys and configuration."""
USER = 1000
"""As the Containerfile has it."""
ARCHIVE = "openstack-acceptance.tar"
GUEST = "guest.qcow2"
SECRET = ("ssh", "openstack")
LENT = ("work", *SECRET)
"""Folders that are mounted in the container."""
# crun takes no machine that has controllers in both of cgroup's versions, and sees which version it is by this mount
ONE_CGROUP = "umount --recursive /sys/fs/cgroup 2> /dev/null; mount -t cgroup2 cgroup2 /sys/fs/cgroup"
# Nor may a machine of less rights set the limits that crun sets for each of a build's commands
MAKE = """set -e; apt-get update -qq; BUILDAH_ISOLATION=chroot container/build; rm -f "$1"
podman save --quiet --format oci-archive --output "$1" openstack-acceptance; podman images openstack-acceptance"""
START = """folder=$1 cloud=$2; podman load --quiet --input "$3"; shift 3
exec podman run --rm --network=host --cgroups=disabled --cap-add=NET_RAW \\
    --env OS_CLOUD="$cloud" --env GUEST_IMAGE=guest.qcow2 \\
    --volume "$folder/work:/work" --volume "$folder/ssh:/home/acceptance/.ssh:ro" \\
    --volume "$folder/openstack:/home/acceptance/.config/openstack:ro" openstack-acceptance "$@" """


def main(arguments: Sequence[str]) -> int:
    """Build it, or run it."""
    parser = argparse.ArgumentParser(prog="python3 -m selftests.tools.image_on_lab", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--build", action="store_true", help="make the image")
    parser.add_argument("command", nargs="*", metavar="WORD", default=["--help"], help="for openstack-acceptance")
    given = parser.parse_args(arguments)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if given.build:
        return _in_there(folder, MAKE, str(folder / ARCHIVE))
    furnish(folder, os.environ)
    try:
        return _in_there(folder, START, str(folder), os.environ["OS_CLOUD"], str(folder / ARCHIVE), *given.command)
    finally:
        for name in SECRET:
            shutil.rmtree(folder / name)


def furnish(folder: Path, environment: Mapping[str, str]) -> None:
    """Lay out what a user has at home, of what `./lab/lab exec` gives."""
    for name in LENT:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(environment["OS_CLIENT_CONFIG_FILE"], folder / "openstack" / "clouds.yaml")
    shutil.copyfile(environment["GUEST_IMAGE"], folder / "work" / GUEST)
    config = (ETC_SSH / "ssh_config").read_text().splitlines(keepends=True)
    kept = [line for line in config if "ControlPath" not in line]
    (folder / "ssh" / "config").write_text(
        "".join(kept).replace("/etc/ssh/ssh_known_hosts", "~/.ssh/known_hosts").replace("/etc/ssh/", "~/.ssh/")
    )
    shutil.copyfile(ETC_SSH / "ssh_known_hosts", folder / "ssh" / "known_hosts")
    shutil.copy(ETC_SSH / "id_ed25519", folder / "ssh" / "id_ed25519")
    for name in LENT:
        for path in (folder / name, *(folder / name).rglob("*")):
            os.chown(path, USER, USER)


def _in_there(folder: Path, script: str, *words: str) -> int:
    packages = [f"--with={name}" for name in ("mmdebstrap", "podman")]
    shell = ["sh", "-c", f"{ONE_CGROUP}; {script}", "sh", *words]
    return bare_machine.main([*packages, "--without-cache", f"--share={folder}", "--", *shell])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
