"""The drill, on a lab that only writes down what it is asked, and a suite that finds what the test says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults import drill, lab_commands, trial
from lab import faults
from lab.paths import CHECKOUT
from selftests.patience import LONG, until

FAKE = """#!/bin/sh
cd {folder}
echo "$@" >> calls
for word; do
    case $word in --report-dir=*) mkdir -p "${{word#*=}}"; cat found > "${{word#*=}}/verdict.json" ;; esac
done
[ ! -e "hangs-$1" ] || exec sleep 3600
while [ -e "slow-$1" ]; do sleep 0.05; done
code=$(cat "code-$1" 2> /dev/null || echo 0)
case "$*" in *--row=* | *--sweep*) code=$(cat code-again 2> /dev/null || echo 0) ;; esac
exit "$code"
"""
FAULT = "my-ip-copied"
CAUSE = {"row": "NOVA-3", "seconds": 21.5, "messages": ["compute1: my_ip = 10.0.0.11 …", "was it copied?"]}


@pytest.fixture
def own_signals() -> Iterator[None]:
    """A drill takes the signals of its process for itself; this gives them back to pytest."""
    before = {number: signal.getsignal(number) for number in lab_commands.STOPS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    lab_commands._wishes.clear()


@pytest.fixture
def lab(own_signals: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lab keeps what it is to do; at first it finds the fault."""
    program = tmp_path / "lab"
    program.write_text(FAKE.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setattr(lab_commands, "LAB", program)
    monkeypatch.setattr(trial, "FOLDER", tmp_path / "drill")
    monkeypatch.setattr(faults, "_BROKEN", tmp_path / "broken")
    find(tmp_path, CAUSE)
    (tmp_path / "code-exec").write_text("1")
    return tmp_path


def find(lab: Path, *causes: dict[str, Any]) -> None:
    failures = [{"row": row} for row in ("NOVA-14", "NOVA-3", "clean-up")]
    (lab / "found").write_text(json.dumps({"root_causes": causes, "failures": failures}))


def outcome(lab: Path) -> dict[str, Any]:
    (one,) = json.loads((lab / "drill.json").read_text())["faults"]
    return dict(one)


def test_a_fault_is_broken_found_mended_and_tried_again(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drill.main([FAULT]) == 0
    told = outcome(lab)
    assert (told["name"], told["row"], told["others"], told["seconds_to_cause"]) == (FAULT, "NOVA-3", [], 21.5)
    assert told["caught"] and told["right"] and told["healthy"]
    hosts = "exec -- pytest --hosts=controller,compute1,block1,compute2"
    assert (lab / "calls").read_text().splitlines() == [
        f"break {FAULT}",
        f"{hosts} --report-dir={lab}/drill/{FAULT}",
        f"mend {FAULT}",
        f"{hosts} --sweep",
        f"{hosts} --row=NOVA-14,NOVA-3 --report-dir={lab}/drill/{FAULT}/again",
    ]
    assert json.loads((lab / "drill" / FAULT / "verdict.json").read_text())["root_causes"] == [CAUSE]
    shown = capsys.readouterr().out
    assert f"1/1 {FAULT}" in shown
    assert "1 faults: 1 caught, 1 with the right row as the only root cause, 0 false alarms" in shown
    assert "told: median 22, worst 22 (goals: 60, 180)" in shown


@pytest.mark.parametrize(
    ("causes", "caught", "right", "others"),
    [
        ([], False, False, []),
        ([{**CAUSE, "messages": ["something else"]}], False, True, []),
        ([{**CAUSE, "row": "NOVA-4"}], True, False, ["NOVA-4"]),
        ([{**CAUSE, "cause_found": False}], False, False, []),
        ([CAUSE, {**CAUSE, "row": "NOVA-14", "cause_found": False}], True, True, ["NOVA-14"]),
        ([CAUSE, {**CAUSE, "row": "SWI-3"}], True, True, ["SWI-3"]),
    ],
)
def test_a_verdict_that_names_it_otherwise_is_not_good(
    lab: Path, causes: list[dict[str, Any]], caught: bool, right: bool, others: list[str]
) -> None:
    find(lab, *causes)
    assert drill.main([FAULT]) == 1
    told = outcome(lab)
    assert (told["caught"], told["right"], told["others"]) == (caught, right, others)


def test_several_mistakes_at_once_are_told_apart(lab: Path) -> None:
    find(
        lab, CAUSE, {"row": "NOVA-10", "seconds": 3, "messages": ["the clock of compute1 …"]}, {**CAUSE, "row": "SWI-3"}
    )
    assert drill.main(["--together", FAULT, "clock-off"]) == 1
    told = json.loads((lab / "drill.json").read_text())["faults"]
    assert [(each["name"], each["right"], each["others"]) for each in told] == [
        (FAULT, True, ["SWI-3"]),
        ("clock-off", True, ["SWI-3"]),
    ]
    first, second, run, *after = _calls(lab)
    assert (first, second, after[:2]) == (f"break {FAULT}", "break clock-off", ["mend clock-off", f"mend {FAULT}"])
    assert f"--report-dir={lab}/drill/{FAULT}-and-1-more" in run


def test_a_run_that_passed_has_caught_nothing(lab: Path) -> None:
    (lab / "code-exec").unlink()
    assert drill.main([FAULT]) == 1
    assert not outcome(lab)["caught"]


def test_a_lab_that_stays_ill_is_reset(lab: Path) -> None:
    (lab / "code-again").write_text("1")
    assert drill.main([FAULT]) == 1
    assert not outcome(lab)["healthy"]
    assert (lab / "calls").read_text().splitlines()[-1] == "reset"


def test_a_fault_that_cannot_be_done_is_mended_and_told(lab: Path) -> None:
    (lab / "code-break").write_text("1")
    assert drill.main([FAULT]) == 1
    assert "could not be broken" in outcome(lab)["trouble"]
    assert "mend my-ip-copied" in (lab / "calls").read_text()


def test_a_lab_that_is_broken_is_left_alone(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (lab / "broken").mkdir()
    (lab / "broken" / "clock-off").touch()
    assert drill.main([FAULT]) == 2
    assert "the lab has clock-off already" in capsys.readouterr().err
    assert not (lab / "calls").exists()


def test_parts_come_round() -> None:
    names = [f"fault-{number}" for number in range(7)]
    found = [name for day in range(drill.parts(names)) for name in drill.of_day(names, 1000 + day)]
    assert sorted(found) == names
    assert all(0 < len(drill.of_day(names, day)) <= drill.A_DAY for day in range(9))


@pytest.mark.parametrize(("command", "how"), [("break", "hangs"), ("exec", "hangs"), ("mend", "slow")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_mends(lab: Path, number: signal.Signals, command: str, how: str) -> None:
    (lab / f"{how}-{command}").touch()
    script = f"""
import sys
from pathlib import Path
from faults import drill, lab_commands, trial
from lab import faults
lab_commands.LAB = Path({str(lab / "lab")!r})
trial.FOLDER = Path({str(lab / "drill")!r})
faults._BROKEN = Path({str(lab / "broken")!r})
sys.exit(drill.main([{FAULT!r}]))
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, start_new_session=True)
    until(lambda: any(call.startswith(command) for call in _calls(lab)))
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    (lab / f"slow-{command}").unlink(missing_ok=True)  # what is not ended by it goes on
    assert process.wait(LONG) == 130
    assert _calls(lab)[-1] == f"mend {FAULT}"


def test_a_signal_between_two_steps_of_a_drill_mends(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_suite = trial._run

    def stopped_after(folder: Path) -> tuple[int, float]:
        came = run_suite(folder)
        signal.raise_signal(signal.SIGTERM)
        return came

    monkeypatch.setattr(trial, "_run", stopped_after)
    assert drill.main([FAULT]) == 130
    assert _calls(lab)[-1] == f"mend {FAULT}"


@pytest.mark.parametrize("is_left", [False, True])
def test_an_interrupted_drill_says_what_is_still_broken(
    lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_left: bool
) -> None:
    def stopped(_: Path) -> tuple[int, float]:
        if is_left:
            (lab / "broken").mkdir()
            (lab / "broken" / FAULT).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "_run", stopped)
    assert drill.main([FAULT]) == 130
    assert (drill.MENDED not in capsys.readouterr().err) == is_left


def _calls(lab: Path) -> list[str]:
    return (lab / "calls").read_text().splitlines() if (lab / "calls").exists() else []
