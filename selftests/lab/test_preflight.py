"""What the lab asks of a machine: each lack is one line, all of them at once, before anything is made or installed."""

import ast
import errno
import os
import platform
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import attempt, cgroups, cli, commands, host_kernel, host_packages, images, lifecycle, netlink, preflight
from lab.errors import LackingError
from lab.paths import LAB

_GIB = 1024**3


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that can run the lab; root of what the checks look at."""
    (tmp_path / "cgroup.procs").touch()
    (tmp_path / "shm").mkdir()
    (tmp_path / "ip_forward").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=0))
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "debian", "VERSION_ID": "12"})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 * _GIB))
    monkeypatch.setattr(preflight, "_SHARED_MEMORY", tmp_path / "shm")
    (tmp_path / "meminfo").write_text(f"MemTotal: 0 kB\nMemAvailable: {16 * 1024**2} kB\n")
    monkeypatch.setattr(preflight, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(preflight, "STATE", tmp_path / "state")
    monkeypatch.setattr(preflight, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(host_packages, "mirror_lacks", lambda *_: [])
    monkeypatch.setattr(host_kernel, "_SYSCTL", tmp_path / "ip_forward")
    monkeypatch.setattr(cgroups, "_HIERARCHIES", (tmp_path,))
    monkeypatch.setattr(attempt, "refusal", lambda _: "")
    monkeypatch.setattr(netlink, "find_extension", lambda _name, _target: None)
    monkeypatch.setattr(lifecycle, "is_up", lambda: False)
    monkeypatch.setattr(images, "cached", lambda *_: None)
    return tmp_path


def refuse(monkeypatch: pytest.MonkeyPatch, refused: Callable[[], None]) -> None:
    """Let the kernel refuse one thing that is tried."""

    def same(act: Callable[[], None]) -> bool:
        given, wanted = (each if isinstance(each, partial) else partial(each) for each in (act, refused))
        return (given.func, given.args) == (wanted.func, wanted.args)

    monkeypatch.setattr(host_kernel, "_isolated", lambda act: act)
    monkeypatch.setattr(attempt, "refusal", lambda act: "Operation not permitted" if same(act) else "")


def told(capsys: pytest.CaptureFixture[str], *command: str) -> list[str]:
    """What a command says that ends with exit code 2; none of it a traceback."""
    assert cli.main(command) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("lab: ") for line in lines)
    return [line.removeprefix("lab: ") for line in lines]


@pytest.mark.usefixtures("machine")
def test_a_machine_that_can_run_the_lab_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    assert "this machine can run the lab" in capsys.readouterr().err


@pytest.mark.usefixtures("machine")
def test_a_lab_that_is_up_proves_that_the_machine_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lifecycle, "is_up", lambda: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert cli.main(["check"]) == 0
    assert "up already" in capsys.readouterr().err


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("command", ["check", "up", "reset"])
@pytest.mark.parametrize("user", [0, 1000])
def test_another_distribution_is_told_what_works_there(
    command: str, user: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ubuntu = {"ID": "ubuntu", "VERSION_ID": "24.04", "PRETTY_NAME": "Ubuntu 24.04 LTS"}
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: ubuntu)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert told(capsys, command) == [
        "distribution: Ubuntu 24.04 LTS, not Debian 12, of whose packages the lab is made",
        "what works on this machine: the suite against a cloud of your own, "
        "OS_CLOUD=NAME HOSTS=NODE,NODE make acceptance (docs/your-cloud.md)",
    ]


@pytest.mark.usefixtures("machine")
def test_another_system_and_architecture_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent() -> dict[str, str]:
        raise FileNotFoundError(errno.ENOENT, "no os-release")

    monkeypatch.setattr(platform, "freedesktop_os_release", absent)
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert [line.split(",")[0] for line in told(capsys, "up")[:2]] == ["architecture: arm64", "distribution: Darwin"]


@pytest.mark.usefixtures("machine")
def test_root_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert told(capsys, "check") == ["not root: run './lab/lab' with sudo"]


def test_lacks_are_told_all_at_once(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "meminfo").write_text("MemAvailable: 1048576 kB\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=_GIB))
    monkeypatch.setattr(host_packages, "mirror_lacks", lambda *_: ["package mirror unreachable: http://mirror"])
    lines = told(capsys, "check")
    seen = [line.split(":")[0].split(" in ")[0] for line in lines]
    small = ["too few processors", "too little memory", "too little space", "too little disk", "too little disk"]
    assert seen == [*small, "package mirror unreachable"]


@pytest.mark.parametrize(
    ("gib", "told"),
    [
        (7, "7.0 GiB available, 10 GiB needed"),
        (9, "9.0 GiB available, 10 GiB needed. Fix: take a smaller cloud, ./lab/lab up NAME: devstack,"),
    ],
)
def test_memory_is_what_the_machines_of_the_cloud_take(machine: Path, gib: int, told: str) -> None:
    (machine / "meminfo").write_text(f"MemAvailable: {gib * 1024**2} kB\n")
    (line,) = preflight.lacks_to_run("notes")
    assert line.startswith(f"too little memory: {told}")
    assert preflight.lacks_to_run("rdo") == ([] if gib >= 8 else ["too little memory: 7.0 GiB available, 8 GiB needed"])


@pytest.mark.usefixtures("machine")
def test_what_is_only_needed_to_build_is_not_asked_for_with_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "cached", lambda *_: "a build")
    monkeypatch.setattr(host_packages, "mirror_lacks", lambda *_: ["package mirror unreachable: http://mirror"])
    assert cli.main(["check"]) == 0


@pytest.mark.parametrize(
    ("listed", "lack"),
    [
        ("", "no package mirror: /etc/apt/sources.list does not name Debian's suite bookworm"),
        ("'http://mirror/dists/bookworm/InRelease' x 0", "package mirror unreachable: http://mirror/dists/bookworm/In"),
    ],
)
def test_the_mirror_is_asked_for(listed: str, lack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_packages, "run", lambda *_: listed)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=100))
    (line,) = host_packages.mirror_lacks()
    assert line.startswith(lack)


@pytest.mark.usefixtures("machine")
def test_a_lack_is_told_before_anything_is_ended_or_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def happen(*_: object) -> None:
        raise AssertionError("too early")

    for module, name in ((lifecycle, "down"), (lifecycle, "restart"), (host_packages, "install"), (images, "build")):
        monkeypatch.setattr(module, name, happen)
    monkeypatch.setattr(host_packages, "mirror_lacks", lambda *_: ["no mirror"])
    with pytest.raises(LackingError, match=r"^no mirror$"):
        commands._start()


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        (os.ST_NOEXEC, "{}/shm: mounted noexec, .* Fix: mount -o remount,exec {}/shm"),
        (os.ST_NOEXEC, "{}: mounted noexec, but machines are made in it"),
        (os.ST_NODEV, "{}: mounted nodev, but machines are made in it"),
    ],
)
def test_mount_options_that_forbid_it_are_told(
    flag: int, line: str, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flag))
    with pytest.raises(LackingError, match=line.replace("{}", str(machine))):
        commands.check()


def test_a_machine_without_shared_memory_is_told(machine: Path) -> None:
    (machine / "shm").rmdir()
    assert preflight.lacks_to_run("notes") == [
        f"{machine}/shm: not there, but machines keep their memory in it. Fix: mount a tmpfs on it"
    ]


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("kind", ["mount", "net", "pid", "uts", "ipc"])
def test_each_namespace_is_asked_for(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, partial(attempt.unshare, kind))
    (line,) = host_kernel.lacks([])
    assert line.startswith(f"namespaces: no new ones of {kind} (Operation not permitted), which machines are made of")


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("kind", ["bridge", "veth", "vxlan"])
def test_each_kind_of_link_is_asked_for(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, partial(netlink.add_link, kind))
    (line,) = host_kernel.lacks([])
    assert line.startswith(f"network: no {kind} can be made (Operation not permitted), but ")
    assert f"Fix: modprobe {kind}, or " in line


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("refused", "line"),
    [
        (host_kernel._open_tap, "/dev/net/tun: no tap can be made (Operation not permitted), "),
        (attempt.be_traced, "ptrace: Operation not permitted, but user-mode kernels run their processes by it. "),
    ],
)
def test_taps_and_tracing_are_asked_for(
    refused: Callable[[], None], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, refused)
    (seen,) = host_kernel.lacks([])
    assert seen.startswith(line)


def test_overlays_are_asked_for_once_a_file_system(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "other").mkdir()
    monkeypatch.setattr(attempt, "refusal", lambda act: "Invalid argument" if act.func is attempt.mount_overlay else "")
    (line,) = host_kernel._overlays([machine, machine / "other"])
    assert "no overlay over folders in it (Invalid argument), which machines start from. Fix: modprobe overlay" in line
    assert not list(machine.rglob(".lab-check-*"))


def test_a_folder_that_cannot_be_written_bears_no_overlay(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_folder(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse_folder)
    (line,) = host_kernel._overlays([machine])
    assert "(Read-only file system)" in line


@pytest.mark.usefixtures("machine")
def test_extensions_of_iptables_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str, target: bool) -> None:
        if (name, target) in (("physdev", False), ("REDIRECT", True)):
            raise FileNotFoundError(errno.ENOENT, name)

    monkeypatch.setattr(netlink, "find_extension", find)
    (line,) = host_kernel.lacks([])
    assert line.startswith("iptables: no physdev, REDIRECT over nf_tables, ")


def test_an_extension_of_a_later_revision_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "_ask", lambda *_: errno.EPROTONOSUPPORT)
    netlink.find_extension("conntrack", target=False)
    monkeypatch.setattr(netlink, "_ask", lambda *_: errno.ENOENT)
    with pytest.raises(FileNotFoundError):
        netlink.find_extension("conntrack", target=False)


def test_control_groups_are_asked_for(machine: Path) -> None:
    (machine / "cgroup.procs").unlink()
    (line,) = host_kernel.lacks([])
    assert line.startswith("/sys/fs/cgroup: no control groups, neither unified nor systemd's, which containers need. ")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (".", "{}: not writable, but containers need groups in it. Fix: mount -o remount,rw {}"),
        (
            "ip_forward",
            "{}/ip_forward: not writable, but routers are settings like it. Fix: mount -o remount,rw /proc/",
        ),
    ],
)
def test_what_must_be_writable_is_asked_for(
    place: str, line: str, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != machine / place)
    (seen,) = host_kernel.lacks([])
    assert seen.startswith(line.replace("{}", str(machine)))


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        (lambda: None, ""),
        (lambda: _raise(OSError(errno.ENOSPC, "")), "No space left on device"),
        (lambda: _raise(KeyError("a mistake of ours")), "Input/output error"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "Operation not permitted"),
    ],
    ids=["permitted", "refused", "mistaken", "killed"],
)
def test_what_is_tried_ends_with_its_process(act: Callable[[], None], seen: str) -> None:
    assert attempt.refusal(act) == seen


@pytest.mark.skipif(bool(attempt.refusal(partial(attempt.unshare, "net"))), reason="no network namespaces here")
def test_a_link_of_an_unknown_kind_is_refused_by_the_kernel() -> None:
    known, unknown = (host_kernel._isolated(partial(netlink.add_link, kind)) for kind in ("veth", "no-such-kind"))
    assert (attempt.refusal(known), attempt.refusal(unknown)) == ("", "Operation not supported")


def test_an_old_python_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(LAB / "lab"), run_name="__main__")
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lab: python3 on the PATH: 3.9 (") and line.endswith(
        "Fix: put a newer one first on the PATH"
    )


def test_the_lab_runs_with_the_python_of_the_path_and_an_old_one_can_read_it() -> None:
    text = (LAB / "lab").read_text()
    assert text.splitlines()[0] == "#!/usr/bin/env python3"
    ast.parse(text, feature_version=(3, 7))
