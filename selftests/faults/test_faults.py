import subprocess

import pytest

from fixtures.verdict.requirement_docs import titles
from lab import faults

CATALOGUE = faults.catalogue()


def test_there_are_enough_ways_to_break_the_lab() -> None:
    assert len(CATALOGUE) >= 50


def test_the_words_of_the_scripts_are_shell() -> None:
    checked = subprocess.run(["bash", "-n", faults.FOLDER / "words.sh"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_words_that_wait_end() -> None:
    script = f". {faults.FOLDER / 'words.sh'}; wait_until 5 true && ! wait_until 0.2 false"
    assert subprocess.run(["bash", "-euo", "pipefail", "-c", script]).returncode == 0


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_fault_can_be_done_and_undone(fault: faults.Fault) -> None:
    assert fault.row in titles()
    assert fault.breaks.keys() == fault.mends.keys() != set()
    for script in (*fault.breaks.values(), *fault.mends.values()):
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_fault_speaks_of_what_somebody_did(fault: faults.Fault) -> None:
    assert fault.title and fault.did and fault.words and fault.source
