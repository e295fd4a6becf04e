"""A mistake in a file of faults/ is told in one line that says how to fix it."""

import subprocess
from pathlib import Path

import pytest

from lab import faults, machines, runner
from lab.errors import LabError

GOOD = """\
title = "No time service"
did = "did not install chrony"
row = "NOVA-10"
words = ["chrony"]
source = "the notes"
[compute1]
break = "systemctl stop chrony"
mend = "systemctl start chrony"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "faults"
    made.mkdir()
    monkeypatch.setattr(faults, "FOLDER", made)
    return made


def told(folder: Path, text: str) -> list[str]:
    (folder / "own.toml").write_text(text)
    with pytest.raises(LabError) as error:
        faults.catalogue()
    return str(error.value).splitlines()


def test_a_good_one_is_read(folder: Path) -> None:
    (folder / "own.toml").write_text(GOOD)
    assert faults.named("own").words == ("chrony",)


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ('title = "No time service"', "", "title is missing, expected text. Fix: title ="),
        ('did = "did not install chrony"', "did = 3", "did = 3, expected text. Fix: did ="),
        ('source = "the notes"', 'source = " "', "source = ' ', expected text."),
        ("NOVA-10", "NOVA-99", 'row = "NOVA-99" has no page docs/rows/NOVA-99.md. Fix: name a row that has one'),
        ('["chrony"]', '"chrony"', "words = 'chrony', expected what the message must contain. Fix: words = ["),
        ('["chrony"]', "[]", "words = [], expected what the message must contain."),
        ("words =", "word =", "words is missing, expected what the message must contain."),
        ("source =", 'sauce = "x"\nsource =', "sauce means nothing here. Fix: take it out;"),
        ("[compute1]", "[compute9]", "[compute9] is no machine of the lab. Fix: one of controller, compute1, block1"),
        ("mend =", "fix =", "[compute1] mend is missing, expected a script. Fix: mend = '''COMMANDS'''"),
        ("mend =", "fix =", "[compute1] fix means nothing here. Fix: take it out"),
        ('"systemctl start chrony"', '""', "[compute1] mend = '', expected a script."),
        ("[compute1]\nbreak", "#", "nothing is broken anywhere. Fix: add a table, such as [controller]"),
        (
            "source =",
            'roles = "linuxbridge"\nsource =',
            "roles = 'linuxbridge', expected names of folders in lab/roles.",
        ),
        (
            "source =",
            'without_roles = ["x"]\nsource =',
            "without_roles = ['x'], expected names of folders in lab/roles.",
        ),
        ("title = ", "title ", "not TOML: Expected '=' after a key"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, good: str, bad: str, line: str) -> None:
    lines = told(folder, GOOD.replace(good, bad))
    assert any(seen.startswith(f"faults/own.toml: {line}") for seen in lines), lines
    assert all(". Fix: " in seen for seen in lines)


@pytest.mark.parametrize(
    ("line", "clouds"),
    [
        ('roles = ["ovn-chassis"]', {"ovn", "ovn-distributed", "epoxy", "next"}),
        (
            'without_roles = ["kolla", "devstack"]',
            {"notes", "rdo", "ovn", "ovn-distributed", "dvr", "epoxy", "victoria"},
        ),
        (
            'without_roles = ["bullseye", "trixie"]',
            {"notes", "rdo", "devstack", "kolla", "kolla-tls", "ovn", "ovn-distributed", "dvr"},
        ),
        ("", set(machines.clouds())),
    ],
)
def test_it_is_of_the_clouds_that_have_what_it_breaks(folder: Path, line: str, clouds: set[str]) -> None:
    (folder / "own.toml").write_text(GOOD.replace("source", f"{line}\nsource"))
    fault = faults.catalogue()["own"]
    assert {cloud for cloud in machines.clouds() if fault.can_be_on(cloud)} == clouds


@pytest.mark.parametrize(
    ("cloud", "names"), [("notes", ["compute1", "compute2"]), ("rdo", ["compute1"]), ("ovn", ["compute1", "compute2"])]
)
def test_a_table_of_a_role_is_for_every_machine_that_has_it(
    folder: Path, cloud: str, names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (folder / "own.toml").write_text(GOOD.replace("[compute1]", "[compute]"))
    monkeypatch.setattr(machines, "chosen", lambda: cloud)
    monkeypatch.setattr(faults, "_BROKEN", tmp_path / "broken")
    broken: list[str] = []

    def note(machine: machines.Machine, *_: str) -> subprocess.CompletedProcess[str]:
        broken.append(machine.name)
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(runner, "on_machine", note)
    fault = faults.named("own")
    faults.break_lab(fault)
    assert broken == names
    assert faults.said_here(fault) == ("chrony",)


def test_a_table_of_a_role_that_no_machine_has_is_of_another_cloud(folder: Path) -> None:
    (folder / "own.toml").write_text(GOOD.replace("[compute1]", "[ovn-chassis]"))
    fault = faults.catalogue()["own"]
    assert {cloud for cloud in machines.clouds() if fault.can_be_on(cloud)} == {
        "ovn",
        "ovn-distributed",
        "epoxy",
        "next",
    }


def test_one_that_the_cloud_cannot_have_is_refused(folder: Path) -> None:
    (folder / "own.toml").write_text(GOOD.replace("source", 'roles = ["ovn-chassis"]\nsource'))
    assert faults.here() == {}
    with pytest.raises(LabError, match="this cloud has not what own breaks"):
        faults.named("own")


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    lines = told(folder, "[compute1]\nbreak = 'true'\n")
    assert [line.split()[1] for line in lines] == ["title", "did", "row", "source", "words", "[compute1]"]


def test_a_file_that_is_no_text_is_told(folder: Path) -> None:
    (folder / "own.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LabError, match=r"^faults/own\.toml: not TOML: 'utf-8'"):
        faults.catalogue()
