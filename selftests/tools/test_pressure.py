import json
import sys
from pathlib import Path

import pytest

from selftests.tools import pressure
from selftests.tools.pressure import NICEST, Outcome, Pressure, outcome, pressure_of, run_once, slowed, table

NAMES = ["controller", "compute1"]
SOME = Pressure(seed=3, niceness={}, competitors=0, delay_share=0.25, delay=2)
FAILURE = {"row": "CIN-3", "message": "volume v: not within 120 s\nand more"}


def test_a_seed_gives_the_same_pressure_again() -> None:
    every = [pressure_of(seed, NAMES, longest=4, processors=2) for seed in range(50)]
    assert every == [pressure_of(seed, NAMES, longest=4, processors=2) for seed in range(50)]
    assert {each.competitors for each in every} == {0, 1, 2}
    assert {number for each in every for number in each.niceness.values()} == set(range(NICEST + 1))
    assert all(1 <= each.delay <= 4 and each.delay_share <= 0.6 for each in every)


def test_a_run_is_led_through_the_proxy_and_leaves_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"passed": 9, "failures": [FAILURE], "skipped": {"a": "", "b": ""}, "blocked": {"c": ""}}
    file = str(tmp_path / "pressure" / "seed-3" / "verdict.json")
    script = f"import pathlib; pathlib.Path({file!r}).write_text({json.dumps(told)!r})"
    monkeypatch.setattr(pressure, "ROOT", tmp_path)
    monkeypatch.setattr(pressure, "FOLDER", tmp_path / "pressure")
    monkeypatch.setattr(pressure, "behind_proxy", lambda _: [sys.executable, "-c", f"{script}; raise SystemExit(1)"])
    monkeypatch.setattr(pressure, "slowed", lambda _: memoryview(b""))
    done = run_once(SOME, [])
    assert (done.seed, done.exit_code, done.passed, done.failed, done.skipped, done.blocked) == (3, 1, 9, 1, 2, 1)
    assert done.message == "CIN-3: volume v: not within 120 s"
    assert (tmp_path / "pressure/seed-3/pressure.txt").read_text().startswith("seed 3: ")


def test_the_words_before_a_run_are_the_proxys() -> None:
    assert pressure.behind_proxy(SOME)[1:] == [
        *("-m", "selftests.tools.spoiling_proxy", "--share=0", "--delay-share=0.25", "--delay=2", "--seed=3")
    ]


def test_a_run_without_a_verdict_says_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "output.txt").write_text("first\nOS_CLOUD=x: no such cloud\n\n")
    assert outcome(1, 4, 2.0, tmp_path) == Outcome(1, 4, 2.0, 0, 0, 0, 0, "OS_CLOUD=x: no such cloud")


def test_machines_are_slowed_by_a_process_that_ends_with_the_run() -> None:
    with slowed(SOME):
        pass
    with pytest.raises(ChildProcessError, match="could not be slowed"), slowed(Pressure(1, {"nobody": 5}, 0, 0, 0)):
        pass


def test_the_table_says_which_seed_to_play_again() -> None:
    good, bad = Outcome(1, 0, 200.0, 231, 0, 15, 0, ""), Outcome(2, 1, 300.0, 200, 1, 15, 2, "CIN-3: why")
    assert table([good]).endswith("1 runs under pressure, 0 did not pass")
    lines = table([good, bad]).splitlines()
    assert lines[2].split() == ["2", "2", "1", "300", "200", "1", "15", "2", "CIN-3:", "why"]
    assert lines[-1] == "2 runs under pressure, 1 did not pass: --only-seed=2 plays one again"
