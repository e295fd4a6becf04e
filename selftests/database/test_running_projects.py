import getpass
import subprocess
from pathlib import Path

from fixtures.database.running_projects import ASK, RUNNING_PROJECTS

ME = getpass.getuser()


def told_on(folder: Path, program: str = "") -> list[str]:
    """What a machine tells whose /etc is in this folder, with this program besides its own."""
    ask = ASK.replace("/etc/", f"{folder}/etc/")
    if program:
        ask = ask.replace(f"command -v {program} ", "command -v true ")
    return RUNNING_PROJECTS.parse(subprocess.run(["sh", "-c", ask], capture_output=True, text=True, check=True).stdout)


def written(folder: Path, name: str, text: str) -> None:
    file = folder / "etc" / name / f"{name}.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_it_is_the_user_of_a_running_process_who_tells(tmp_path: Path) -> None:
    written(tmp_path, ME, "[database]\nconnection = mysql://\n")
    written(tmp_path, "nobody-of-that-name", "[database]\nconnection = mysql://\n")
    assert told_on(tmp_path) == [ME]


def test_without_a_database_nothing_is_told(tmp_path: Path) -> None:
    written(tmp_path, ME, "[database]\n#connection = mysql://\n")
    assert told_on(tmp_path) == []


def test_placements_api_may_be_novas(tmp_path: Path) -> None:
    assert told_on(tmp_path, "nova-placement-api") == ["nova-placement-api"]
    assert told_on(tmp_path) == []


def test_a_name_is_a_name() -> None:
    assert RUNNING_PROJECTS.parse("heat ../../root\n*\nPlacement\nironic-inspector\n") == ["heat", "ironic-inspector"]
