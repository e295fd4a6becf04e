import os
import subprocess
import sys
from pathlib import Path

import pytest

from selftests import ROOT

NO_CLOUD = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTEST_", "GUEST_"))}


def run(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command, nobody = _how(cwd, variables)
    return subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=cwd, env=nobody)


def begun(*arguments: str, cwd: Path, **variables: str) -> subprocess.Popen[str]:
    """The same, and not waited for."""
    command, nobody = _how(cwd, variables)
    return subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=nobody
    )


def _how(cwd: Path, variables: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command, and the environment of somebody who has no cloud."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--rootdir={ROOT}",
        f"-c{ROOT}/pyproject.toml",
        "--alluredir=",
        f"--report-dir={cwd}/report",
    ]
    nobody = {**NO_CLOUD, "HOME": str(cwd), "PATH": f"{_with_ping(cwd)}:{os.environ['PATH']}", **variables}
    return command, nobody


def _with_ping(folder: Path) -> Path:
    """A folder with a ping, which a bare machine does not have."""
    programs = folder / "with-ping"
    programs.mkdir(exist_ok=True)
    (programs / "ping").write_text("#!/bin/sh\n")
    (programs / "ping").chmod(0o755)
    return programs


def problems(*arguments: str, cwd: Path, **variables: str) -> list[str]:
    done = run(*arguments, cwd=cwd, **variables)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    return [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line]


def test_every_problem_is_told_in_one_line(tmp_path: Path) -> None:
    told = problems("--hosts=nowhere.invalid", "--image=/nowhere.img", str(ROOT / "tests"), cwd=tmp_path)
    assert [line.partition(":")[0] for line in told] == ["--hosts", "credentials", "--image=/nowhere.img"]
    assert "nowhere.invalid" in told[0]
    assert all(". Fix: " in line for line in told)


def test_a_host_that_nobody_knows_is_told_in_one_line(tmp_path: Path) -> None:
    tests = str(ROOT / "tests/compute/test_compute_nodes.py")
    told = problems("--hosts=controller,nowhere.invalid", tests, "-kmy_ip", cwd=tmp_path)
    assert len([line for line in told if "nowhere.invalid" in line]) == 1


def test_where_nobody_is_contacted_names_tell_and_it_is_said(tmp_path: Path) -> None:
    options = ("--collect-only", "--hosts=controller,infra1,db1", "--role=compute=infra1", "--role=object=-controller")
    done = run(*options, str(ROOT / "tests/compute"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    told = done.stdout.partition("nodes, by --role, groups and names alone, as none is asked:\n")[2].splitlines()
    assert told[:3] == [
        "  controller: controller, network",
        "  infra1: compute",
        "  db1: left out, as it has no role",
    ]


def test_a_node_of_which_nothing_is_known_is_a_question(tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nfor last; do :; done\necho "$last" | cksum\ntest -z "${last##*boot_id*}"\n')
    ssh.chmod(0o755)
    hosts, path = "--hosts=db1,controller", f"{tmp_path}:{os.environ['PATH']}"
    told = problems(hosts, "-kmy_ip", str(ROOT / "tests/compute/test_compute_nodes.py"), cwd=tmp_path, PATH=path)
    assert told[0] == (
        "--hosts: nothing can be seen of what runs on db1; neither an API, a name, a group nor --role tells what it "
        "is. Fix: --role=compute=db1"
    )


HERE = """#!/bin/sh
for word; do
    case $word in
        block1) echo 'ssh: connect to host block1 port 22: Connection refused' >&2; exit 255 ;;
        block2) other=block2 ;;
    esac
done
case $other,$word in
    block2,*boot_id*) echo block2; echo 2; exit ;;
    block2,*) exit 1 ;;
esac
exec sh -c "$word"
"""
SYSTEMCTL = """#!/bin/sh
[ "$1" = list-unit-files ] && exec echo nova-compute.service enabled
case "$*" in *UnitPath*) exit 0 ;; esac
shift 3
for unit; do
    state=not-found
    case $unit in nova-compute.service) state=loaded ;; esac
    printf "Id=$unit\nLoadState=$state\nActiveState=active\nSubState=running\nMainPID=0\nUnitFileState=\n\n"
done
"""


def with_nova_compute(folder: Path) -> str:
    """A PATH on which all nodes are this machine, where nova-compute runs; block1 refuses, block2 shows nothing."""
    for name, text in {"ssh": HERE, "systemctl": SYSTEMCTL}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_the_workers_of_xdist_know_the_roles(tmp_path: Path) -> None:
    checks = ("tests/compute/test_compute_nodes.py", "-kcompute_service_runs and nova-compute")
    options = ("-n1", "--hosts=infra1,block2", str(ROOT / checks[0]), checks[1])
    done = run(*options, cwd=tmp_path, PATH=with_nova_compute(tmp_path))
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "  infra1: compute\n  block2: block\n" in done.stdout


def test_nodes_are_shown_and_nothing_else_happens(tmp_path: Path) -> None:
    path = with_nova_compute(tmp_path)
    options = ("--show-nodes", "-n2", "--hosts=controller,block1", "--role=object=controller", str(ROOT / "tests"))
    done = run(*options, cwd=tmp_path, PATH=path)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert "  compute     nova-compute.service runs" in told
    assert "  object      --role says so" in told
    assert "  block       its name says so; nothing could be seen" in told
    assert "  --hosts: block1: it refuses SSH. Fix: on block1, systemctl start ssh (or sshd)" in done.stdout
    assert not any(line.startswith("  controller ") for line in told)
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--show-nodes: no node is given. Fix: --hosts=NODE[,NODE]"),
        (("--hosts=local://", "--role=compute=x"), "--role=compute=x: x is not among --hosts=local. Fix: name each"),
        (("--hosts=bogus://x",), "--hosts=bogus://x: "),
    ],
)
def test_nodes_that_cannot_be_shown_are_one_line(options: tuple[str, ...], told: str, tmp_path: Path) -> None:
    [line] = problems("--show-nodes", *options, str(ROOT / "tests"), cwd=tmp_path)
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("ssh://", "names no node. Fix: NAME, USER@NAME:PORT, "),
        ("docker://", "names no node. Fix: NAME, "),
        ("root@", "names no node. Fix: NAME, "),
        ("chroot:///srv/node", "names no node. Fix: --connection=chroot --hosts=/srv/node"),
        ("salt://x", "salt is not installed here. Fix: pip install salt, or give the node by SSH"),
        ("winrm://x", "pywinrm is not installed here. Fix: pip install pywinrm, or "),
    ],
)
def test_a_way_that_leads_nowhere_is_told(spec: str, told: str, tmp_path: Path) -> None:
    [line] = problems("--collect-only", f"--hosts={spec}", str(ROOT / "tests/compute"), cwd=tmp_path)
    assert line.startswith(f"--hosts={spec}: {told}")


@pytest.mark.parametrize(
    "given",
    [
        "--hosts=bogus://bob:s3cret@x",
        "--hosts=bob:s3cret@x --connection=bogus",
        "--hosts=bogus://bob:s3c:s3cret/s3cret@s3cret@x",
        "--hosts=ansible://bob:s3cret@x --ansible-inventory=/dev/null",
        "--hosts=bob:s3cret@x,bob:s3cret@x",
        "--hosts=bob:s3cret@controller -klibvirt",
        "--hosts=controller --role=compute=bob:s3cret@x",
        "--hosts=controller --ssh-config=https://bob:s3cret@x/config",
    ],
)
def test_no_message_repeats_a_password(given: str, tmp_path: Path) -> None:
    done = run("--collect-only", *given.split(), str(ROOT / "tests/compute"), cwd=tmp_path)
    assert "s3c" not in done.stdout + done.stderr


def test_only_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    told = problems(
        "--hosts=nowhere.invalid", str(ROOT / "tests/compute/test_compute_nodes.py"), "-kmy_ip", cwd=tmp_path
    )
    assert [line.partition(":")[0] for line in told] == ["--hosts"]


def test_a_mistyped_role_is_told(tmp_path: Path) -> None:
    told = problems("--hosts=controller", "--role=compute=compute9", str(ROOT / "tests"), cwd=tmp_path)
    assert told[0] == (
        "--role=compute=compute9: compute9 is not among --hosts=controller. Fix: name each node as --hosts does"
    )


def test_without_hosts_node_checks_are_skipped(tmp_path: Path) -> None:
    done = run(str(ROOT / "tests/compute/test_compute_nodes.py"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    assert "no --hosts given" in done.stdout
    assert "passed" not in done.stdout


def test_a_selection_that_fits_no_node_is_told(tmp_path: Path) -> None:
    told = problems("--hosts=controller", str(ROOT / "tests/compute/test_compute_nodes.py"), "-klibvirt", cwd=tmp_path)
    assert told == [
        "--hosts: no node with the role compute among --hosts=controller. "
        "Fix: add such a node, or say which it is: --role=ROLE=NODE"
    ]


def test_a_missing_role_is_no_problem_where_other_checks_are_left(tmp_path: Path) -> None:
    told = problems("--hosts=nowhere.invalid", "--role=block=nowhere.invalid", str(ROOT / "tests"), cwd=tmp_path)
    assert not [line for line in told if "no node with the role" in line]


MALFORMED = [
    {
        "--timeout-scale=abc": "--timeout-scale=abc: not a factor",
        "--flavor-ram=1.5": "--flavor-ram=1.5: not a whole number of MiB",
        "--image-checksum=abc": "--image-checksum=abc: no MD5 or SHA",
        "--ssh-config=nofile": "--ssh-config=nofile: no such file",
        "--ssh-identity-file=nofile": "--ssh-identity-file=nofile: no such file",
        "--row=NOVA-99": "--row=NOVA-99: no such row",
        "--at-once=0": "--at-once=0: not a whole number from 1 to 200. Fix: give such as --at-once=5",
        "--sample=-1": "--sample=-1: not a whole number from 1 to 999999. Fix: give such as --sample=5",
        "--sample-seed=": "--sample-seed=: empty",
        "--maxfail-alike=-1": "--maxfail-alike=-1: not a whole number from 0 to 999999",
    },
    {
        "--timeout-scale=0": "--timeout-scale=0: not a factor",
        "--flavor-ram=0": "--flavor-ram=0: not a whole number of MiB",
        "--at-once=201": "--at-once=201: not a whole number from 1 to 200",
        "--sample=0": "--sample=0: not a whole number",
        f"--maxfail-alike={'9' * 5000}": "--maxfail-alike=9999",
    },
    {
        "--timeout-scale=-1": "--timeout-scale=-1: not a factor",
        "--at-once=abc": "--at-once=abc: not a whole number",
        "--sample=1.5": "--sample=1.5: not a whole number",
    },
    {"--timeout-scale=nan": "--timeout-scale=nan: not a factor", "--at-once=": "--at-once=: empty"},
    {
        "--timeout-scale=1e308": "--timeout-scale=1e308: not a factor from 0.01 to 100, such as 1 or 2.5. Fix: ",
        "--flavor-ram=99999999999999999999": "--flavor-ram=99999999999999999999: not a whole number of MiB from 1 to "
        "999999, such as 256. Fix: give --flavor-ram=256",
    },
    {"--timeout-scale=1e-300": "--timeout-scale=1e-300: not a factor", "--flavor-ram=1_0": "--flavor-ram=1_0: not a "},
    {"--connection=foo": "--hosts=controller: Unknown connection type 'foo'"},
    {"--hosts=controller,compute1,controller": "--hosts: controller is given twice"},
]
"""Options that are given together, and the line of each."""


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda malformed: next(iter(malformed)))
def test_what_is_malformed_is_told_in_one_line_each(malformed: dict[str, str], tmp_path: Path) -> None:
    lines = problems("--collect-only", "--hosts=controller", *malformed, str(ROOT / "tests/compute"), cwd=tmp_path)
    assert [told for told in malformed.values() if sum(line.startswith(told) for line in lines) != 1] == []
    assert [line for line in lines if ". Fix: " not in line] == []
    assert len(lines) == len(malformed)


TOO_LONG = "a" * 300
UNUSABLE = [
    {
        f"--report-dir={TOO_LONG}/x": "cannot be read: File name too long",
        f"--history={TOO_LONG}": "cannot be read: File name too long",
        f"--junitxml={TOO_LONG}": "cannot be read: File name too long",
        f"--image={TOO_LONG}/x": "cannot be read: File name too long",
        f"--ssh-config={TOO_LONG}": "cannot be read: File name too long",
        "--ssh-identity-file=~nosuchuser/x": "no such file",
    },
    {"--ssh-config=~nosuchuser/x": "no such file", "--image=~nosuchuser/x": "no such file"},
]


@pytest.mark.parametrize("unusable", UNUSABLE, ids=["1", "2"])
def test_a_path_that_cannot_be_used_is_told(unusable: dict[str, str], tmp_path: Path) -> None:
    api = str(ROOT / "tests/image")
    lines = problems("--hosts=controller", *unusable, api, cwd=tmp_path)
    wanted = [f"{option}: {seen}. Fix: " for option, seen in unusable.items()]
    assert [line for line in wanted if sum(told.startswith(line) for told in lines) != 1] == []


def test_a_cloud_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    [told] = problems(f"--write-cloud-file={TOO_LONG}", str(ROOT / "tests"), cwd=tmp_path)
    assert told.startswith(f"--write-cloud-file={TOO_LONG}: cannot be read: File name too long. Fix: ")


def test_an_unknown_option_beside_a_path_that_cannot_be_used_is_no_traceback(tmp_path: Path) -> None:
    paths = (f"--report-dir={TOO_LONG}", f"--junitxml={TOO_LONG}")
    problems("--hots=controller", *paths, str(ROOT / "tests"), cwd=tmp_path)


@pytest.mark.parametrize("option", ["--alluredir=file/results", "--report-dir=file/results"])
def test_results_that_cannot_be_written_are_told(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    [line] = problems(option, str(ROOT / "tests/compute/test_compute_nodes.py"), cwd=tmp_path)
    assert line.startswith(f"{option}: {tmp_path}/file is no folder. Fix: ")


def test_malformed_variables_are_named(tmp_path: Path) -> None:
    given = {"TIMEOUT_SCALE": "fast", "FLAVOR_RAM": "64M", "GUEST_IMAGE_CHECKSUM": "md5"}
    told = problems("--collect-only", str(ROOT / "tests/compute"), cwd=tmp_path, **given)
    assert sorted(line.partition(": ")[0] for line in told) == sorted(
        f"{name}={value}" for name, value in given.items()
    )


def test_an_inventory_that_is_none_is_told(tmp_path: Path) -> None:
    options = ("--connection=ansible", "--ansible-inventory=nofile", "--hosts=all", "--collect-only")
    [told] = problems(*options, str(ROOT / "tests/compute"), cwd=tmp_path)
    assert told.partition(":")[0] in {"--ansible-inventory=nofile", "--connection=ansible"}


def test_with_xdist_all_is_told_once(tmp_path: Path) -> None:
    told = problems("-n2", "--timeout-scale=0", "--hosts=nowhere.invalid", str(ROOT / "tests/compute"), cwd=tmp_path)
    assert [line.partition(":")[0] for line in told] == ["--timeout-scale=0", "--hosts", "credentials", "--image"]


SSH = """#!/bin/sh
for word; do
    case $word in
        controller | 10.0.0.11) echo controller; echo 5d1f; exit ;;
        compute1) echo 'root@compute1: Permission denied (publickey,password).' >&2; exit 255 ;;
        block1) echo 'sudo: a password is required' >&2; exit 1 ;;
    esac
done
"""


def test_each_node_is_told_of_by_what_ssh_said(tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    told = problems(
        "--hosts=controller,compute1,10.0.0.11,block1",
        "--role=controller=10.0.0.11",
        "-kmy_ip",
        str(ROOT / "tests/compute/test_compute_nodes.py"),
        cwd=tmp_path,
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    assert [line.partition(". Fix: ")[0] for line in told] == [
        "--hosts: compute1: it refuses user and key (it takes publickey,password)",
        "--hosts: block1: sudo wants a password",
        "--hosts: controller and 10.0.0.11 are one machine, which calls itself controller",
    ]


WORKLOAD = str(ROOT / "tests/network/test_network_workload.py")


def test_programs_that_are_not_there_are_told_before_anything_is_made(tmp_path: Path) -> None:
    told = problems("--hosts=controller", "--role=controller=controller", WORKLOAD, cwd=tmp_path, PATH=str(tmp_path))
    assert told[:3] == [
        "ping: not found on the PATH of this machine. Fix: apt install iputils-ping (Debian, Ubuntu) or "
        "dnf install iputils (RHEL, Rocky); macOS has it in /sbin",
        "ssh: not found on the PATH of this machine. Fix: apt install openssh-client (Debian, Ubuntu) or "
        "dnf install openssh-clients (RHEL, Rocky); macOS has it in /usr/bin",
        "ssh-keygen: not found on the PATH of this machine. Fix: apt install openssh-client (Debian, Ubuntu) or "
        "dnf install openssh (RHEL, Rocky); macOS has it in /usr/bin",
    ]
    assert [line.partition(":")[0] for line in told[3:]] == ["credentials", "--image"]


def test_only_the_programs_that_are_needed_are_asked_for(tmp_path: Path) -> None:
    nodes = str(ROOT / "tests/compute/test_compute_nodes.py")
    [told] = problems("--hosts=controller,compute1", nodes, "-kmy_ip", cwd=tmp_path, PATH=str(tmp_path))
    assert told.startswith("ssh: not found on the PATH")
    [told] = problems(
        "--hosts=me:secret@controller,compute1", nodes, "-kmy_ip", cwd=tmp_path, PATH=_only("ssh", tmp_path)
    )
    assert told.startswith("sshpass: not found on the PATH")
    assert "secret" not in told


def _only(program: str, folder: Path) -> str:
    (folder / program).write_text("#!/bin/sh\necho controller; echo 5d1f\n")
    (folder / program).chmod(0o755)
    return str(folder)


def test_a_ping_that_may_not_be_used_is_told(tmp_path: Path) -> None:
    ping = tmp_path / "ping"
    ping.write_text("#!/bin/sh\necho 'ping: socket: Operation not permitted' >&2; exit 2\n")
    ping.chmod(0o755)
    told = problems(WORKLOAD, "-kping_passes", cwd=tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert told[0].startswith("ping on the machine that runs the suite: ping: socket: Operation not permitted. Fix: ")


def test_a_listing_contacts_nobody(tmp_path: Path) -> None:
    done = run("--collect-only", "-q", "-mreq", "--hosts=controller,compute1", str(ROOT / "tests"), cwd=tmp_path)
    assert done.returncode == pytest.ExitCode.OK
    assert "test_my_ip_is_an_address_of_this_node[compute1]" in done.stdout
