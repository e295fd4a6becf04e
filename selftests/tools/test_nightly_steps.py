from pathlib import Path

import pytest

from lab import machines
from selftests.nightly_files import Step, job
from selftests.tools import nightly_steps


def test_on_another_cloud_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert nightly_steps.main([]) == 2
    assert capsys.readouterr().err.startswith(f"the lab is {machines.DEFAULT}. Fix: ")


def test_a_step_sees_what_the_workflow_gives_it() -> None:
    seen = nightly_steps.environment(Path("/var/tmp/nightly-x"))
    assert set(job()["env"]) < set(seen)
    assert seen["HISTORY"] == "/var/tmp/nightly-x/history"
    assert not [value for value in seen.values() if "${{" in value]


def test_what_comes_after_a_step_that_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[str] = []

    def play(step: Step, workspace: Path) -> int:
        ran.append(step.id)
        return {"install": 3, "report": 2}.get(step.id, 0)

    monkeypatch.setattr(nightly_steps, "_step", play)
    assert nightly_steps._job(tmp_path) == 3
    assert ran == ["install", "report", "summary"]
