"""Builds the lab's guest image: a small kernel, busybox and dropbear of Debian on one bootable qcow2.

Nothing is mounted and nothing of the guest is installed on the host: packages are downloaded with the host's
apt, unpacked, and the few files that the guest needs are picked from them. So a build that was killed leaves
nothing behind but its work directory, which the next build empties.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

from lab import linux
from lab.command import run

_HERE = Path(__file__).resolve().parent
_ROOTFS = _HERE / "rootfs"
_LOADER_CONFIG = _HERE / "syslinux.cfg"
_CREDIT_ENTROPY = _HERE / "credit-entropy.c"

SOURCES: tuple[Path, ...] = (
    Path(__file__).resolve(),
    _LOADER_CONFIG,
    _CREDIT_ENTROPY,
    *sorted(path for path in _ROOTFS.rglob("*") if path.is_file()),
)
"""The files whose content decides what is built: the key of a cache."""

HOST_PACKAGES: tuple[str, ...] = (
    "dosfstools",
    "e2fsprogs",
    "gcc",
    "libc6-dev",
    "mtools",
    "qemu-utils",
    "syslinux",
    "syslinux-common",
)
"""Debian packages that the building host needs."""

_PACKAGES = (
    # programs
    "busybox-static",
    "dhcpcd-base",  # asks for IPv6 addresses, as in CirrOS; busybox of Debian does not
    "dropbear-bin",
    "e2fsprogs",
    "iputils-ping",
    "micro-httpd",
    "sudo",
    "util-linux",
    # libraries
    "libaudit1",
    "libblkid1",
    "libc6",
    "libcap-ng0",
    "libcap2",
    "libcom-err2",
    "libcrypt1",
    "libext2fs2",
    "libgmp10",
    "libidn2-0",
    "libmount1",
    "libpam-modules",
    "libpam0g",
    "libpcre2-8-0",
    "libselinux1",
    "libsmartcols1",
    "libss2",
    "libtinfo6",
    "libtomcrypt1",
    "libtommath1",
    "libudev1",
    "libunistring2",
    "libuuid1",
    "zlib1g",
)
# busybox-static's shell prefers its own commands to files of their name: quick for the boot, but users want iputils'
# ping. busybox's shell does not. Both packages have a file of the same name.
_SHELL_PACKAGE = "busybox"
_BUSYBOX = "bin/busybox"
_SHELL = f"{_SHELL_PACKAGE}/{_BUSYBOX}"
_PROGRAMS = (
    "bin/lsblk",
    "bin/ping",
    "bin/ping6",
    "sbin/blkid",
    "sbin/e2fsck",
    "sbin/mke2fs",
    "sbin/mkfs",
    "sbin/resize2fs",
    "usr/bin/dropbearkey",
    "usr/bin/sudo",
    "usr/sbin/dhcpcd",
    "usr/sbin/dropbear",
    "usr/sbin/micro-httpd",
)
_SYNONYMS = {"fsck.ext4": "e2fsck", "mkfs.ext2": "mke2fs", "mkfs.ext3": "mke2fs", "mkfs.ext4": "mke2fs"}
_LIBRARIES = "lib/x86_64-linux-gnu"
_LOADER = f"{_LIBRARIES}/ld-linux-x86-64.so.2"
# What is opened by name at run time: sudo's policy, PAM's modules, name resolution.
_PLUGINS = (
    "usr/libexec/sudo/libsudo_util.so.0",
    "usr/libexec/sudo/sudoers.so",
    f"{_LIBRARIES}/libnss_dns.so.2",
    f"{_LIBRARIES}/security/pam_deny.so",
    f"{_LIBRARIES}/security/pam_permit.so",
)
_FOLDERS = (
    *("bin", "dev", "etc/dropbear", "home/cirros", "mnt", "proc", "root", "run", "sys", "tmp"),
    *(f"{_LIBRARIES}/security", "usr/libexec/sudo", "var/lib/dhcpcd", "var/log", "var/tmp"),
)
# One folder of programs: it is on every PATH, that of an SSH command without a shell profile too.
_MERGED = {"sbin": "bin", "usr/bin": "../bin", "usr/sbin": "../bin", "usr/lib": "../lib", "lib64": _LIBRARIES}
# Where others look for the process ID of udhcpc, as in CirrOS.
_LINKS = _MERGED | {"var/run": "../run"}
_CIRROS = 1000

_SECTOR = 512
_MIB = 1024 * 1024
_BOOT_START = 1 * _MIB
_BOOT_SIZE = 8 * _MIB
_ROOT_START = _BOOT_START + _BOOT_SIZE
_ROOT_SIZE = 40 * _MIB
_DISK_IDENTIFIER = 0xC1220500
"""The master boot record's; syslinux.cfg names the root partition by it, whatever bus the disk is on."""


def build(kernel_image: Path, workdir: Path, output: Path, log: Path) -> None:
    """Write the image, a compressed qcow2, to `output`.

    Args:
        kernel_image: the file to boot, from lab/guest/kernel.py.
        workdir: an empty folder.
        output: the file to write.
        log: the file to which the output of all commands is appended.

    Raises:
        subprocess.CalledProcessError: a command failed; its output is in `log`.
        RuntimeError: a library that a program needs is in no package.
    """
    packages = _unpack(workdir, log)
    tree = _root_tree(packages, workdir)
    run(("gcc", "-O2", "-Wall", "-o", tree / "bin/credit-entropy", _CREDIT_ENTROPY), log)
    root = _root_file_system(tree, workdir, log)
    boot = _boot_file_system(kernel_image, workdir, log)
    disk = _disk(boot, root, workdir)
    run(("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", disk, output), log)


def _unpack(workdir: Path, log: Path) -> Path:
    """Download the packages and unpack them all into one tree."""
    downloads, tree = workdir / "debs", workdir / "packages"
    downloads.mkdir()
    linux.download(downloads, (_SHELL_PACKAGE, *_PACKAGES), log)
    for package in sorted(downloads.glob("*.deb")):
        is_shell = package.name.startswith(f"{_SHELL_PACKAGE}_")
        run(("dpkg-deb", "-x", package, tree / _SHELL_PACKAGE if is_shell else tree), log)
    return tree


def _root_tree(packages: Path, workdir: Path) -> Path:
    root = workdir / "root"
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for link, target in _LINKS.items():
        (root / link).symlink_to(target)
    _copy_programs(packages, root)
    _copy_libraries(packages, root)
    # Before the links to busybox: copied later it would be written through them.
    shutil.copytree(_ROOTFS, root, dirs_exist_ok=True)
    _link_commands(root)
    _set_owners(root)
    return root


def _copy_programs(packages: Path, root: Path) -> None:
    for program in (_BUSYBOX, *_PROGRAMS):
        shutil.copy(packages / program, root / "bin")
    shutil.copy(packages / _SHELL, root / "bin/sh")
    for file in (*_PLUGINS, _LOADER):
        shutil.copy(packages / file, root / file)


def _copy_libraries(packages: Path, root: Path) -> None:
    for library in {name for file in (_SHELL, *_PROGRAMS, *_PLUGINS) for name in _libraries(packages, file)}:
        shutil.copy(library, root / library.relative_to(packages).parent)


def _libraries(packages: Path, file: str) -> list[Path]:
    """Find the shared libraries that a program needs, by the guest's own loader."""
    folders = [str(packages / folder) for folder in (_LIBRARIES, f"usr/{_LIBRARIES}", "usr/libexec/sudo")]
    command = (packages / _LOADER, "--library-path", ":".join(folders), "--list", packages / file)
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = [Path(path) for path in re.findall(r"=> (\S+) \(", listed)]
    missing = [path.name for path in found if not path.is_relative_to(packages)]
    if missing:
        raise RuntimeError(f"{file} needs {', '.join(missing)}, which no package of the guest image has")
    return found


def _link_commands(root: Path) -> None:
    listed = subprocess.run((root / _BUSYBOX, "--list"), check=True, capture_output=True, text=True).stdout
    for name in listed.split():
        if not (root / "bin" / name).exists():
            (root / "bin" / name).symlink_to("busybox")
    for name, program in _SYNONYMS.items():
        (root / "bin" / name).symlink_to(program)


def _set_owners(root: Path) -> None:
    os.chown(root / "home/cirros", _CIRROS, _CIRROS)
    for folder in ("tmp", "var/tmp"):
        (root / folder).chmod(0o1777)
    for script in (*(_ROOTFS / "bin").iterdir(), _ROOTFS / "etc/udhcpc/default.script"):
        (root / script.relative_to(_ROOTFS)).chmod(0o755)
    (root / "etc/shadow").chmod(0o600)
    (root / "etc/sudoers").chmod(0o440)
    (root / "bin/sudo").chmod(0o4755)
    (root / "etc/resolv.conf").touch()
    (root / "etc/mtab").symlink_to("/proc/mounts")


def _root_file_system(tree: Path, workdir: Path, log: Path) -> Path:
    image = workdir / "root.img"
    _sparse(image, _ROOT_SIZE)
    run(("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-m", "0", "-L", "cirros", "-d", tree, image), log)
    return image


def _boot_file_system(kernel_image: Path, workdir: Path, log: Path) -> Path:
    image = workdir / "boot.img"
    _sparse(image, _BOOT_SIZE)
    run(("mkfs.fat", "-F", "16", "-s", "2", "-h", str(_BOOT_START // _SECTOR), "-n", "BOOT", image), log)
    run(("mcopy", "-i", image, _LOADER_CONFIG, "::/syslinux.cfg"), log)
    run(("mcopy", "-i", image, kernel_image, "::/vmlinuz"), log)
    run(("syslinux", "--install", image), log)
    return image


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _disk(boot: Path, root: Path, workdir: Path) -> Path:
    disk = workdir / "disk.img"
    with disk.open("wb") as file:
        file.write(_boot_record())
        file.seek(_BOOT_START)
        file.write(boot.read_bytes())
        file.seek(_ROOT_START)
        file.write(root.read_bytes())
    return disk


def _boot_record() -> bytes:
    """Master boot record: syslinux's code, an active FAT16 partition, the root partition.

    The root partition's size is the largest that can be written: the kernel cuts it to the end of the disk
    that the flavor asked for (`block/partitions/core.c`, "extends beyond EOD, truncated").
    """
    code = Path("/usr/lib/syslinux/mbr/mbr.bin").read_bytes()[:440].ljust(440, b"\0")
    boot = _partition(0x80, 0x0E, _BOOT_START // _SECTOR, _BOOT_SIZE // _SECTOR)
    root = _partition(0, 0x83, _ROOT_START // _SECTOR, 0xFFFFFFFF - _ROOT_START // _SECTOR)
    return code + struct.pack("<IH", _DISK_IDENTIFIER, 0) + boot + root + bytes(32) + b"\x55\xaa"


def _partition(flag: int, kind: int, start: int, sectors: int) -> bytes:
    """One entry of the partition table; cylinders and heads are given up for linear addresses."""
    return struct.pack("<B3sB3sII", flag, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", start, sectors)
