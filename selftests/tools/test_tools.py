"""Each program of selftests/tools is in CONTRIBUTING.md's table, with a command that calls it."""

import re
from pathlib import Path

from selftests import ROOT

HERE = Path(__file__).parent
TABLE = (ROOT / "CONTRIBUTING.md").read_text().partition("| program |")[2].partition("\n\n")[0]
LINE = re.compile(r"^\| `(\w+)` \| (.+?) \| ", re.MULTILINE)


def test_each_program_is_in_the_table() -> None:
    modules = {file.stem for file in HERE.glob("*.py") if '\nif __name__ == "__main__":\n' in file.read_text()}
    packages = {file.parent.name for file in HERE.glob("*/__main__.py")}
    assert [name for name, _ in LINE.findall(TABLE)] == sorted(modules | packages)


def test_each_command_calls_its_program() -> None:
    assert [name for name, command in LINE.findall(TABLE) if f"selftests.tools.{name}" not in command] == []
