from pathlib import Path

import pytest

from lab.errors import LabError
from lab.machines import machines
from lab.runner import boot_id, on_machine


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ip"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("hanging")
def test_a_command_that_hangs_on_a_machine_is_told_in_the_end() -> None:
    machine = next(iter(machines().values()))
    with pytest.raises(LabError, match=rf"^{machine.name}: bash did not end within 0\.1 s\. Fix: "):
        on_machine(machine, "bash", "-c", "sleep 60", within=0.1)


def test_the_boot_of_a_machine_that_says_nothing_in_utf_8_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ip").write_text("#!/bin/sh\nprintf '\\377' >&2; exit 255\n")
    (tmp_path / "ip").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert boot_id(next(iter(machines().values()))) == ""
