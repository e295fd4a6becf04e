from pathlib import Path

from reports.classroom.class_file import Student
from reports.classroom.student_run import OUTPUT, TESTS, StudentRun, environment, folders, words


def student(name: str, **others: object) -> Student:
    return Student.model_validate({"name": name, "os_cloud": "x", **others})


def test_folders_are_plain_and_each_has_his_own() -> None:
    found = folders([student(name) for name in ("Ada L.", "ada-l", "Björn", "../../etc", "李", "-", "x" * 99)])
    assert found["Björn"] == "bjorn"
    assert found["../../etc"] == "etc"
    assert found["Ada L."].startswith("ada-l-")
    assert found["李"].startswith("student-")
    assert len(set(found.values())) == 7
    assert all(
        name and len(name) <= 47 and not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
        for name in found.values()
    )


def test_a_command_says_where_it_writes_and_which_cloud_it_is_about(tmp_path: Path) -> None:
    ada = student("Ada", hosts=("a", "b"), ssh_config=Path("/c/ssh"), cloud_file=Path("/c/ada.toml"), options=("-x",))
    assert words(ada, ["--read-only"], tmp_path, ["pytest"]) == [
        "pytest",
        "-pno:cacheprovider",
        f"--report-dir={tmp_path}",
        f"--history={tmp_path}/history",
        "--cloud-file=/c/ada.toml",
        "--os-cloud=x",
        "--hosts=a,b",
        "--ssh-config=/c/ssh",
        "--read-only",
        "-x",
        TESTS,
    ]


def test_nobody_elses_cloud_is_in_its_environment() -> None:
    inherited = {
        "PATH": "/bin",
        "GUEST_IMAGE": "i",
        "OS_CLOUD": "mine",
        "OS_PASSWORD": "p",
        "CLOUD_FILE": "mine.toml",
        "PYTEST_ADDOPTS": "-x",
        "HISTORY": "h",
        "OS_CLIENT_CONFIG_FILE": "/etc/clouds.yaml",
    }
    own = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    kept = {"PATH": "/bin", "GUEST_IMAGE": "i", "OS_CLIENT_CONFIG_FILE": "/etc/clouds.yaml"}
    assert environment(student("Ada"), inherited) == kept | own
    other = environment(student("Ada", clouds_yaml=Path("/c/clouds.yaml")), inherited)
    assert other["OS_CLIENT_CONFIG_FILE"] == "/c/clouds.yaml"


def test_its_output_says_how_far_it_is(tmp_path: Path) -> None:
    run = StudentRun(student("Ada"), tmp_path)
    assert run.look() == 0
    (tmp_path / OUTPUT).write_text("tests/a.py ... [  3%]\n" + "x" * 9000 + "\ntests/b.py .s. [ 47%]\n.")
    assert run.look() == 47
    (tmp_path / OUTPUT).write_text("nothing")
    assert run.look() == 47
