"""The examples of docs/nightly are what GitHub and Zuul take, and what docs/nightly.md says of them is true."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from selftests import ROOT
from selftests.nightly_files import PLAYBOOKS, WORKFLOW, ZUUL, Step, environment, job, steps, tasks, workflow

PAGE = (ROOT / "docs" / "nightly.md").read_text()
PINNED = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+(\.\d+)+")
CLOUDS = "clouds:\n  devstack-admin: {auth: {}}\n"
JOB_KEYS = """
parent final abstract protected intermediate requires provides failure-message success-message
hold-following-changes voting semaphores tags branches files secrets irrelevant-files nodeset timeout post-timeout
attempts pre-run post-run run cleanup-run ansible-version roles required-projects vars extra-vars host-vars
group-vars dependencies allowed-projects override-branch override-checkout description variant-description
post-review match-on-config-updates name
"""
"""Source: zuul, zuul/configloader.py, JobParser.job_attributes."""
FRAME = {"name", "id", "jobs", "acceptance", "steps", "with", "run", "env"}
"""Of any workflow; nothing to explain."""
ROLE = "orchestrate-devstack"
"""Source: openstack/devstack, playbooks/devstack.yaml and roles/orchestrate-devstack."""


def keys(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (str(key) for key in part if key is not True)  # on
        for each in part.values():
            yield from keys(each)
    if isinstance(part, list):
        for each in part:
            yield from keys(each)


def pytests_words(script: str) -> list[str]:
    """Of the command that runs the suite; without the image, which is DevStack's."""
    [line] = [line for line in script.replace("\\\n", " ").splitlines() if line.startswith(".venv/bin/pytest ")]
    words = shlex.split(re.sub(r"\$\(ls \"?[^)]*\)", "IMAGE", line))
    return words[1:]


def zuul_job() -> dict[str, Any]:
    return next(dict(each["job"]) for each in yaml.safe_load(ZUUL.read_text()) if "job" in each)


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_it_is_a_workflow(schema: str) -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(WORKFLOW)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_action_is_pinned_by_its_commit() -> None:
    used = [line.partition("uses: ")[2] for line in WORKFLOW.read_text().splitlines() if "uses: " in line]
    assert len(used) > 4
    assert [each for each in used if not PINNED.fullmatch(each)] == []


def test_it_may_only_read_and_has_no_secrets() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    assert "permissions" not in job()
    assert "secrets." not in WORKFLOW.read_text()


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.id)
def test_each_script_is_one_of_bash_without_expressions(step: Step) -> None:
    """What an expression stands for would be code there."""
    done = subprocess.run(["bash", "-n", "-c", step.script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "${{" not in step.script


def test_what_is_told_is_told_whatever_came_before() -> None:
    assert [step.id for step in steps()] == ["install", "suite", "report", "summary"]
    assert [step.id for step in steps() if step.goes_on] == ["report", "summary"]
    uploads = [each for each in job()["steps"] if "upload-artifact" in each.get("uses", "")]
    assert [each["if"] for each in uploads] == ["${{ always() }}", "${{ failure() }}"]
    assert all(each["with"]["retention-days"] for each in uploads)


def test_no_artifact_is_named_as_another() -> None:
    names = [each["name"] for each in job()["strategy"]["matrix"]["include"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[\w.-]+", name) for name in names)


def test_what_the_suite_prints_is_no_command_of_the_workflows() -> None:
    script = next(step.script for step in steps() if step.id == "suite")
    lines = script.splitlines()
    assert [line.split(" ")[0] for line in lines[:3]] == ['mute="$(cat', "echo", "trap"]
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*lines[:3], "echo ::error::forged", "exit 3"])],
        capture_output=True,
        text=True,
    )
    begin, forged, end = done.stdout.splitlines()
    assert done.returncode == 3
    assert re.fullmatch(r"::stop-commands::[0-9a-f-]{36}", begin)
    assert (forged, end) == ("::error::forged", f"::{begin.rpartition(':')[2]}::")


def test_pytest_takes_the_options(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    script = next(step.script for step in steps() if step.id == "suite")
    words = [word.replace("=report", f"={tmp_path}/report") for word in pytests_words(script)]
    usual = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")}
    run = [sys.executable, "-m", "pytest", "--alluredir=", "-pno:cacheprovider", "--collect-only", "-q", *words]
    env = {**usual, **environment(str(tmp_path))}
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def test_what_is_run_of_the_checkout_is_there() -> None:
    named = {name for step in steps() for name in re.findall(r"-m (reports\.\w+)", step.script)}
    named |= {word for task in tasks().values() for word in re.findall(r"\breports\.\w+", str(task))}
    assert named == {"reports.github_summary", "reports.render"}
    assert all((ROOT / f"{name.replace('.', '/')}.py").exists() for name in named)


def test_the_zuul_job_has_keys_of_a_job() -> None:
    content = yaml.safe_load(ZUUL.read_text())
    assert [set(each) for each in content] == [{"job"}, {"project"}]
    made = zuul_job()
    assert set(made) - set(JOB_KEYS.split()) == set()
    assert made["parent"] == "devstack"
    assert [ROOT / "docs" / "nightly" / made[key] for key in ("run", "post-run")] == [*PLAYBOOKS]
    assert content[1]["project"]["periodic"]["jobs"] == [made["name"]]
    [suite] = made["required-projects"]
    assert made["vars"]["acceptance_source"].endswith(f"/src/{suite['name']}")


@pytest.mark.parametrize("file", PLAYBOOKS, ids=lambda file: file.stem)
def test_ansible_takes_the_playbook(file: Path, tmp_path: Path) -> None:
    (tmp_path / "roles" / ROLE / "tasks").mkdir(parents=True)
    (tmp_path / "roles" / ROLE / "tasks" / "main.yaml").write_text("[]")
    given = {"ANSIBLE_ROLES_PATH": f"{tmp_path}/roles", "ANSIBLE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    env = {**os.environ, **given, "LC_ALL": "C.UTF-8"}
    program = Path(sys.executable).with_name("ansible-playbook")
    words = [str(program), "--syntax-check", "-i", "controller,", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr


def test_the_playbooks_use_the_variables_of_the_job() -> None:
    used = set(re.findall(r"\{\{ (acceptance_\w+) \}\}", "".join(file.read_text() for file in [ZUUL, *PLAYBOOKS])))
    assert used == {name for name in zuul_job()["vars"] if name.startswith("acceptance_")}


def test_both_do_the_same() -> None:
    scripts = {step.id: step.script for step in steps()}
    told = tasks()
    run, install = (told[name]["ansible.builtin.shell"]["cmd"] for name in ("Run the suite", "Install the suite"))
    assert pytests_words(run) == pytests_words(scripts["suite"])
    assert install.removeprefix("set -e\n") == scripts["install"]
    assert told["Run the suite"]["environment"]["TIMEOUT_SCALE"] == job()["env"]["TIMEOUT_SCALE"]
    assert zuul_job()["vars"]["acceptance_cloud"] == job()["env"]["OS_CLOUD"]


def test_each_line_is_explained() -> None:
    told = set(re.findall(r"`([^`\n]+)`", PAGE.partition("## Zuul")[0]))
    words = {word for each in told for word in re.findall(r"[\w-]+", each)}
    assert {*keys(workflow()), "on"} - FRAME - words == set()
    names = [each["name"] for each in job()["steps"]]
    assert [name for name in names if f"**{name}**" not in PAGE] == []


def test_each_line_of_the_zuul_job_is_explained() -> None:
    part = PAGE.partition("## Zuul")[2]
    words = {word for each in re.findall(r"`([^`\n]+)`", part) for word in re.findall(r"[\w-]+", each)}
    assert set(zuul_job()) - {"name", "description"} - words == set()
    assert {name for name in zuul_job()["vars"] if name.startswith("acceptance_")} - words == set()
