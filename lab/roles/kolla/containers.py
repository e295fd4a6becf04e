#!/usr/bin/python3
"""Make the containers of this machine, with their files and units: those whose Debian unit is enabled here."""

import json
import os
import shutil
import socket
import subprocess
import threading
import tomllib
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
ROOTFS = Path("/opt/kolla-image")
KOLLA = Path("/etc/kolla")
CONFIG_FILES = "/var/lib/kolla/config_files"
REGISTRY, TAG, VERSION = "quay.io/openstack.kolla", "zed-debian-bookworm", "15.6.1"
IMAGE = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV LANG=C.UTF-8",
    "ENV KOLLA_BASE_DISTRO=debian",
    # See system.conf.d/lab.conf.
    "ENV SETUPTOOLS_USE_DISTUTILS=stdlib",
    "ENV EVENTLET_NO_GREENDNS=yes",
    f"LABEL kolla_version={VERSION}",
    'ENTRYPOINT ["dumb-init", "--single-child", "--"]',
    'CMD ["kolla_start"]',
]
# An image of kolla has all this in itself; here it is the machine's.
PROGRAMS = [
    "/usr:/usr:ro",
    "/opt/kolla-programs/bin:/usr/bin:ro",
    "/opt/kolla-programs/sbin:/usr/sbin:ro",
    "/opt/kolla-programs/local/bin:/usr/local/bin:ro",
]
COMMON = ["/etc/localtime:/etc/localtime:ro", "/etc/timezone:/etc/timezone:ro", "kolla_logs:/var/log/kolla/"]
# The controller is a container itself: its control groups are nothing to make more in, least of all on a host with the old
# hierarchy, and its limits may be low. Elsewhere podman's million of files would slow down all that closes each before it runs a program.
LIMITS = (
    ["--cgroups=disabled", "--ulimit=host"]
    if os.environ["HOSTNAME"] == "controller"
    else ["--ulimit=nofile=65536:65536"]
)
UNIT = Template((HERE / "unit").read_text())


def main() -> None:
    """Make the image and its names, the volumes with what the machine has there, the containers and their units."""
    table = tomllib.loads((HERE / "containers.toml").read_text())
    here = {name: entry for name, entry in table.items() if enabled(entry["unit"])}
    for name, entry in here.items():
        write_files(name, entry)
    make_image(here)
    for volume, place in sorted({volume for entry in here.values() for volume in named_volumes(entry)}):
        make_volume(volume, Path(place))
    make_logs(here)
    take_the_journals_place()
    for name, entry in here.items():
        create(name, entry)
        unit = Path(f"/etc/systemd/system/kolla-{name}-container.service")
        unit.write_text(UNIT.substitute(name=name))
        subprocess.run(["systemctl", "enable", "--quiet", unit.name], check=True)


def enabled(unit: str) -> bool:
    """Say whether a unit of Debian's starts with this machine."""
    asked = subprocess.run(["systemctl", "is-enabled", f"{unit}.service"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == "enabled"


def podman(*words: object) -> str:
    """Run podman; return what it says."""
    return subprocess.run(["podman", *map(str, words)], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def folder_of(name: str) -> Path:
    """Return where the machine has the files of a container."""
    return KOLLA / name.replace("_", "-")


def write_files(name: str, entry: dict) -> None:
    """Copy a container's files to /etc/kolla, with the config.json that says what becomes of them."""
    folder = folder_of(name)
    folder.mkdir(parents=True)
    for place in map(Path, entry.get("files", ())):
        shutil.copyfile(place, folder / place.name)
    rings = [f"/etc/swift/{ring}.ring.gz" for ring in entry.get("rings", ())]
    for ring in map(Path, rings):
        (KOLLA / "swift").mkdir(exist_ok=True)
        shutil.copyfile(ring, KOLLA / "swift" / ring.name)
    owner = entry["user"]
    copied = [
        *(item(place, CONFIG_FILES, owner) for place in entry.get("files", ())),
        *(item(place, CONFIG_FILES, owner) | {"optional": True} for place in entry.get("optional", ())),
        *(item(place, "/var/lib/kolla/swift", owner) for place in rings),
    ]
    group = group_of(owner)
    given = [{"path": path, "owner": f"{owner}:{group}", "recurse": True} for path in entry.get("owned", ())]
    command = entry["command"].replace("{{MY_IP}}", os.environ["MY_IP"])
    config = {"command": command, "config_files": copied, "permissions": given}
    (folder / "config.json").write_text(json.dumps(config, indent=4) + "\n")
    subprocess.run(["chmod", "-R", "u=rwX,g=rwX,o=", KOLLA], check=True)


def item(place: str, source: str, owner: str) -> dict:
    """Return one of the config_files of a config.json."""
    return {"source": f"{source}/{Path(place).name}", "dest": place, "owner": owner, "perm": "0600"}


def group_of(user: str) -> str:
    """Return the name of a user's first group."""
    return subprocess.run(["id", "-gn", user], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def make_image(here: dict) -> None:
    """Import the one image that all names of images stand for."""
    subprocess.run([HERE / "rootfs", ROOTFS], check=True)
    for place in {place for entry in here.values() for place in (*entry.get("files", ()), *entry.get("optional", ()))}:
        (ROOTFS / place.lstrip("/")).unlink(missing_ok=True)
    for _, place in {volume for entry in here.values() for volume in named_volumes(entry)}:
        subprocess.run(["find", ROOTFS / place.strip("/"), "-mindepth", "1", "-delete"], check=True)
    archive = ROOTFS.with_suffix(".tar")
    subprocess.run(["tar", "--numeric-owner", "-C", ROOTFS, "-cf", archive, "."], check=True)
    names = [f"{REGISTRY}/{image_of(name, entry)}:{TAG}" for name, entry in here.items()]
    if names:
        changes = [word for change in IMAGE for word in ("--change", change)]
        podman("import", *changes, archive, names[0])
        podman("tag", names[0], *names)
    archive.unlink()
    shutil.rmtree(ROOTFS)


def image_of(name: str, entry: dict) -> str:
    """Return the name that a container's image has in the registry."""
    return entry.get("image", name.replace("_", "-"))


def named_volumes(entry: dict) -> list[tuple[str, str]]:
    """Return a container's volumes that have names, each with its place in the container."""
    pairs = (volume.split(":")[:2] for volume in entry.get("volumes", ()))
    return [(source, place) for source, place in pairs if "/" not in source]


def make_volume(name: str, place: Path) -> Path:
    """Make a volume with what the machine has in that place; return where the machine has it from now on."""
    podman("volume", "create", "--label", "kolla_managed=true", name)
    data = Path(podman("volume", "inspect", "--format", "{{.Mountpoint}}", name))
    if place.is_dir():
        subprocess.run(["cp", "-a", f"{place}/.", data], check=True)
    return data


def make_logs(here: dict) -> None:
    """Make the volume of all logs, and /var/log/kolla, which leads there."""
    logs = make_volume("kolla_logs", Path("/nonexistent"))
    for name, entry in here.items():
        folder = logs / {"nova_libvirt": "libvirt", "memcached": "memcached"}.get(name, name.split("_")[0])
        folder.mkdir(exist_ok=True)
        shutil.chown(folder, entry["user"], group_of(entry["user"]))
    Path("/var/log/kolla").symlink_to(logs)


def take_the_journals_place() -> None:
    """Take what podman writes to the journal when it creates a container: there is none where machines are made."""
    place = Path("/run/systemd/journal/socket")
    place.parent.mkdir(parents=True, exist_ok=True)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(str(place))
    threading.Thread(target=lambda: [None for _ in iter(lambda: journal.recv(65536), None)], daemon=True).start()


def create(name: str, entry: dict) -> None:
    """Create a container, as kolla's worker does."""
    rings = ["/etc/kolla/swift/:/var/lib/kolla/swift/:ro"] if entry.get("rings") else []
    volumes = [f"{folder_of(name)}/:{CONFIG_FILES}/:ro", *COMMON, *entry.get("volumes", ()), *rings, *PROGRAMS]
    rights = ["--privileged"] if entry.get("privileged") else ["--cap-add", "AUDIT_WRITE"]
    shared = [f"--{kind}={entry[kind]}" for kind in ("ipc", "pid") if kind in entry]
    stop = [f"--stop-signal={entry['stop']}"] if "stop" in entry else []
    podman(
        "create", "--name", name, "--network", "host", "--user", entry["user"], *LIMITS, *rights, *shared, *stop,
        "--env", "KOLLA_CONFIG_STRATEGY=COPY_ALWAYS", "--env", f"KOLLA_SERVICE_NAME={name.replace('_', '-')}",
        *(f"--volume={volume}" for volume in volumes), f"{REGISTRY}/{image_of(name, entry)}:{TAG}",
    )  # fmt: skip


main()
