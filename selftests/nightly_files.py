"""What docs/nightly holds: a workflow of GitHub's, a job of Zuul's and its playbooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from selftests import ROOT

FOLDER = ROOT / "docs" / "nightly"
WORKFLOW = FOLDER / "github-workflow.yaml"
ZUUL = FOLDER / "zuul.d" / "acceptance.yaml"
PLAYBOOKS = (FOLDER / "playbooks" / "acceptance" / "run.yaml", FOLDER / "playbooks" / "acceptance" / "post.yaml")
UNCONDITIONAL = ("always()", "!cancelled()")
WORKSPACE = "${{ github.workspace }}"


@dataclass(frozen=True)
class Step:
    """One that runs a script; what an action does is GitHub's."""

    id: str
    name: str
    script: str
    goes_on: bool
    """It is run though an earlier one has failed."""
    may_fail: bool


def workflow() -> dict[str, Any]:
    """As YAML 1.1 has it, which reads `on` as true."""
    return dict(yaml.safe_load(WORKFLOW.read_text()))


def job() -> dict[str, Any]:
    """Of the workflow the only one."""
    [only] = workflow()["jobs"].values()
    return dict(only)


def environment(workspace: str) -> dict[str, str]:
    """Of each step.

    Args:
        workspace: the folder that the job has to itself.
    """
    return {name: str(value).replace(WORKSPACE, workspace) for name, value in job()["env"].items()}


def steps() -> Iterator[Step]:
    """In their order."""
    for each in job()["steps"]:
        if "run" in each:
            goes_on = any(word in each.get("if", "") for word in UNCONDITIONAL)
            yield Step(each["id"], each["name"], each["run"], goes_on, each.get("continue-on-error", False))


def tasks() -> dict[str, dict[str, Any]]:
    """Those of the playbooks, by name."""
    plays = [play for file in PLAYBOOKS for play in yaml.safe_load(file.read_text())]
    return {task["name"]: task for play in plays for task in play.get("tasks", [])}
