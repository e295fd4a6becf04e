"""What hotsos, the rule library of OpenStack's support engineers, finds on the lab's nodes: to compare with the suite.

`python -m selftests.tools.hotsos_beside --make FOLDER` installs it from PyPI in an environment of its own; in the lab,
from where no package is reached, `./lab/lab exec -- .venv/bin/python -m selftests.tools.hotsos_beside --hotsos FOLDER`.
Without either it makes itself one for this time.

Nothing is written on the nodes. Of each, a folder is made as sosreport makes one, which hotsos reads: /etc without
keys, /var/log, and what commands say. It is open to its owner alone and is deleted at the end.
"""

import argparse
import base64
import binascii
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from fixtures.core.redaction import redact
from lab.machines import machines

OUTPUTS = {
    "df": "df",
    "etc/os-release": "cat /etc/os-release",
    "hostname": "hostname",
    "proc/meminfo": "cat /proc/meminfo",
    "proc/net/netstat": "cat /proc/net/netstat",
    "proc/net/snmp": "cat /proc/net/snmp",
    "proc/net/sockstat": "cat /proc/net/sockstat",
    "proc/vmstat": "cat /proc/vmstat",
    "ps": "ps auxwww",
    "sos_commands/apt/apt-config_dump": "apt-config dump",
    "sos_commands/block/ls_-lanR_.sys.block": "ls -lanR /sys/block/",
    "sos_commands/date/date": "date --utc",
    "sos_commands/dpkg/dpkg_-l": "COLUMNS=300 dpkg -l",
    "sos_commands/host/hostnamectl_status": "hostnamectl",
    "sos_commands/kernel/dmesg": "dmesg",
    "sos_commands/kernel/sysctl_-a": "sysctl -a",
    "sos_commands/kernel/uname_-a": "uname -a",
    "sos_commands/logs/journalctl_--no-pager": "journalctl --no-pager --boot",
    "sos_commands/networking/ip_-d_address": "ip -d address",
    "sos_commands/networking/ip_-s_-d_link": "ip -s -d link",
    "sos_commands/networking/ip_netns": "ip netns",
    "sos_commands/process/ps_axo_flags_state_uid_pid_ppid_pgid_sid_cls_pri_addr_sz_wchan_20_lstart_tty_time_cmd": (
        "ps axo flags,state,uid,pid,ppid,pgid,sid,cls,pri,addr,sz,wchan:20,lstart,tty,time,cmd"
    ),
    "sos_commands/processor/lscpu": "lscpu",
    "sos_commands/rabbitmq/rabbitmqctl_report": "rabbitmqctl report",
    "sos_commands/systemd/systemctl_list-unit-files": "systemctl --no-pager list-unit-files",
    "sos_commands/systemd/systemctl_list-units": "systemctl --no-pager list-units",
    "sos_commands/systemd/systemctl_status_--all": "systemctl --no-pager status --all",
    "uptime": "uptime",
    "var/log/kern.log": "journalctl --no-pager -k",
    "var/log/syslog": "journalctl --no-pager --boot",
}
"""By the place in sosreport's folder (hotsos/core/host_helpers/cli/catalog.py): the command whose output it is."""
LARGEST = 32 * 1024 * 1024
"""Bytes: of one command's output, or of one file."""
ALL_FILES = 1024 * 1024 * 1024
"""Bytes: what is unpacked of one node."""
A_NODE = 1200
"""Seconds: for what one node is asked, and for hotsos."""
AT_ONCE = 60
"""Seconds: for one command of a node's."""
# What only opens doors is none of hotsos' business, and sosreport leaves out the like. 1: a log grew while it was read
FILES = rf"""
cd / && journal=var/log/journal; [ -d $journal ] || journal=run/log/journal
find etc var/log $journal -type f -size -{LARGEST}c ! -path '*/fernet-keys/*' ! -path '*/credential-keys/*' \
    ! -path 'etc/ssl/private/*' ! -path 'etc/ssh/*key*' ! -name '*shadow*' ! -name '*.pem' ! -name '*.key' \
    ! -name definitions.json ! -name debian.cnf ! -name .erlang.cookie -print0 2> /dev/null |
tar --create --gzip --null --files-from=- --ignore-failed-read --transform 's,^run/log/journal,var/log/journal,' \
    --warning=none || [ $? = 1 ]
"""
SECTIONS = {"bugs-detected": "known bug", "potential-issues": "issue"}
"""Of hotsos' short summary; and what a finding of it is called here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what it finds on each node; 1 if a node could not be read, or hotsos fails on it."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.hotsos_beside", description=__doc__)
    parser.add_argument("--make", type=Path, metavar="FOLDER", help="install hotsos there, and do nothing else")
    parser.add_argument("--hotsos", type=Path, metavar="FOLDER", help="where it was installed")
    parser.add_argument("nodes", nargs="*", metavar="NODE", help="of the lab; without, all of them")
    options = parser.parse_args(arguments)
    if options.make:
        install(options.make)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the folder is deleted then too
    with tempfile.TemporaryDirectory(prefix="hotsos-beside-") as folder:  # made with mode 0700
        program = options.hotsos or Path(folder) / "environment"
        if not options.hotsos:
            install(program)
        seen = [_look_at(node, program, Path(folder) / node) for node in options.nodes or machines()]
    return 0 if all(seen) else 1


def install(folder: Path) -> None:
    """Install hotsos from PyPI in a new environment; raises subprocess.CalledProcessError if that fails."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", "hotsos"], check=True)


def write_outputs(lines: Iterable[bytes], tree: Path) -> None:
    """Write down what the commands said.

    Args:
        lines: what the script of `asked()` said: a place and its content in base64.
        tree: the folder like sosreport's; a place that is not one of OUTPUTS is left out.
    """
    for place, content in (line.split(b" ", 1) for line in lines if b" " in line):
        if (known := place.decode(errors="replace")) in OUTPUTS and (said := _decoded(content)):
            (tree / known).parent.mkdir(parents=True, exist_ok=True)
            (tree / known).write_bytes(said)


def asked() -> str:
    """Return the script that says what the commands say, a line each."""
    return "".join(
        f"printf '%s ' '{place}'; {{ timeout {AT_ONCE} sh -c '{command}' 2> /dev/null < /dev/null"
        f" | head -c {LARGEST} | base64 -w0; }}; echo\n"
        for place, command in OUTPUTS.items()
    )


def unpack(stream: IO[bytes], tree: Path) -> None:
    """Unpack a node's files: those alone that are plain, lie in the folder, and until they are too much.

    Raises:
        tarfile.TarError: what came is no archive, or a part of one.
    """
    room = ALL_FILES
    with tarfile.open(fileobj=stream, mode="r|gz") as archive:
        for member in archive:
            room -= member.size
            if room < 0:
                return
            if member.isreg():
                _copy(archive, member, tree)


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, tree: Path) -> None:
    """Write one file where its name says, in the folder alone (Debian 12's tarfile has no filters yet)."""
    path = (tree / member.name).resolve()
    content = archive.extractfile(member)
    if content is None or not path.is_relative_to(tree.resolve()):
        return
    with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as copy:
            shutil.copyfileobj(content, copy)


def findings(summary: Any) -> Iterator[str]:
    """Yield what hotsos found, a line each, without secrets.

    Args:
        summary: what `hotsos --short --format json` printed: {section: {plugin: {kind: message or messages}}}
    """
    for section, name in SECTIONS.items():
        for plugin, found in _items(summary, section):
            for kind, messages in _items({"": found}, ""):
                for message in messages if isinstance(messages, list) else [messages]:
                    yield redact(f"{name}, {plugin}: {kind}: {' '.join(str(message).split())}")


def _look_at(node: str, environment: Path, tree: Path) -> bool:
    print(f"== {node}", flush=True)
    tree.mkdir(mode=0o700)
    try:
        _gather(node, tree)
        for line in findings(_analysed(environment, tree)):
            print(f"  {line}")
    except (OSError, EOFError, tarfile.TarError, ValueError, subprocess.SubprocessError) as problem:
        print(f"  cannot be told: {type(problem).__name__}", flush=True)  # its text may have what a file says
        return False
    return True


def _gather(node: str, tree: Path) -> None:
    with tempfile.TemporaryFile(dir=tree.parent) as said:
        _ask(node, asked(), said)
        write_outputs(said, tree)
    with tempfile.TemporaryFile(dir=tree.parent) as packed:
        _ask(node, FILES, packed)
        unpack(packed, tree)


def _ask(node: str, script: str, answer: IO[bytes]) -> None:
    """Run a script on a node, behind whatever else it does, and have what it says in a file."""
    command = ["ssh", node, "nice -n 19 sh"]
    subprocess.run(command, input=script.encode(), stdout=answer, stderr=subprocess.DEVNULL, timeout=A_NODE, check=True)
    answer.seek(0)


def _analysed(environment: Path, tree: Path) -> Any:
    """Return hotsos' short summary of a folder; what it needs of room lies beside the folder."""
    work = tree.with_suffix(".work")
    work.mkdir(mode=0o700)
    command = [f"{environment}/bin/hotsos", "--quiet", "--short", "--format=json", f"--tmp-dir={work}", str(tree)]
    around = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(work), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, timeout=A_NODE, check=True, env=around)
    return json.loads(done.stdout or b"{}")


def _decoded(content: bytes) -> bytes:
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return b""


def _items(mapping: Any, key: str) -> list[tuple[str, Any]]:
    inner = mapping.get(key) if isinstance(mapping, dict) else None
    return [(str(name), value) for name, value in inner.items()] if isinstance(inner, dict) else []


if __name__ == "__main__":
    sys.exit(main())
