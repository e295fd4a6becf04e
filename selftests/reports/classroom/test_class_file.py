from pathlib import Path

import pytest

from reports.classroom.class_file import Mistakes, Scheme, read_class
from selftests import ROOT

WHOLE = """
[class]
title = "OpenStack by hand"
width = 3
minutes = 60
options = ["--read-only", "--row=NOVA-3"]

[points]
consequence = 0.5
weights = {NOVA = 2, "NOVA-3" = 5}

[[students]]
name = "Ada"
cloud_file = "ada.toml"

[[students]]
name = "Björn <b>"
os_cloud = "bjorn"
clouds_yaml = "clouds.yaml"
hosts = ["controller", "bob@compute1"]
options = ["--timeout-scale=3"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("ada.toml", "clouds.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "class.toml").write_text(WHOLE)
    return tmp_path / "class.toml"


def mistakes(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(Mistakes) as found:
        read_class(file)
    lines = [str(line) for line in found.value.args]
    assert all(line.startswith(str(file)) and ". Fix: " in line and "\n" not in line for line in lines)
    return [line.removeprefix(f"{file}: ") for line in lines]


def test_all_of_it(file: Path) -> None:
    read = read_class(file)
    assert (read.class_.title, read.class_.width, read.class_.minutes) == ("OpenStack by hand", 3, 60)
    ada, bjorn = read.students
    assert (ada.cloud_file, ada.os_cloud) == (file.parent / "ada.toml", None)
    assert (bjorn.clouds_yaml, bjorn.hosts) == (file.parent / "clouds.yaml", ("controller", "bob@compute1"))


def test_what_is_not_said_has_a_default(file: Path) -> None:
    file.write_text('[[students]]\nname = "Ada"\nos_cloud = "ada"\n')
    read = read_class(file)
    assert (read.class_.title, read.class_.width, read.class_.minutes, read.class_.options) == (
        "The class",
        2,
        None,
        (),
    )


def test_a_row_weighs_what_it_says_or_its_group_does() -> None:
    scheme = Scheme(consequence=0.5, weights={"NOVA": 2, "NOVA-3": 5})
    assert [scheme.points(row, "passed") for row in ("NOVA-3", "NOVA-4", "CIN-1")] == [5, 2, 1]
    assert [scheme.points("NOVA-4", state) for state in ("cause", "consequence", "unknown")] == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "students: field required. Fix: "),
        ("students = []", "students: 0 students, 1 to 500 can be"),
        ('[[students]]\nname = "Ada"', "student Ada: no cloud: give cloud_file, os_cloud or hosts. Fix: "),
        ('[[students]]\nos_cloud = "x"', "student 1.name: field required"),
        (
            '[[students]]\nname = "Ada"\nos_cloud = "x"\nclouds = "y"',
            "student Ada.clouds: extra inputs are not permitted",
        ),
        ('[[students]]\nname = "Ada"\nclouds_yaml = "x"\nhosts = ["a"]', "student Ada: clouds_yaml without os_cloud"),
        ('[[students]]\nname = "A\\nB"\nos_cloud = "x"', "student A B.name: a name has letters"),
        *(
            (f'[[students]]\nname = "Ada"\nhosts = ["{host}"]', "student Ada.hosts: a password would be seen")
            for host in ("bob:s3cret@node", "ssh://bob:s3cret@node:22", "bob:/s3cret@node", "bob:s3cret/@[fd00::1]")
        ),
        (
            '[[students]]\nname = "Ada"\nos_cloud = "x"\noptions = ["--report-dir=x"]',
            "student Ada.options: --report-dir is",
        ),
        (
            '[[students]]\nname = "Ada"\nos_cloud = "x"\noptions = ["tests/x"]',
            "student Ada.options: tests/x is no option",
        ),
        ('[[students]]\nname = "Ada"\ncloud_file = "no.toml"', "Ada: cloud_file: "),
        (
            '[class]\nwidth = 0\n[[students]]\nname = "Ada"\nos_cloud = "x"',
            "class.width: input should be greater than or",
        ),
        (
            '[[students]]\nname = "Ada"\nos_cloud = "x"\n[[students]]\nname = "Ada"\nos_cloud = "y"',
            "students: more than once: Ada",
        ),
        (
            '[points]\nweights = {NOVB = 1, "NOVA-99" = 1}\n[[students]]\nname = "Ada"\nos_cloud = "x"',
            "points.weights: no such row or group: NOVA-99, NOVB",
        ),
        ("[class", "no TOML: "),
        (f"title = {'[' * 100_000}", "no TOML that can be read: too deeply nested"),
    ],
)
def test_a_mistake_is_one_line(file: Path, text: str, told: str) -> None:
    [line] = mistakes(file, text)
    assert line.startswith(told), line
    assert "s3cret" not in line


@pytest.mark.parametrize("host", ["ssh://bob@node", "ssh://root@node:22", "paramiko://stack@10.0.0.1", "bob@[fd00::1]"])
def test_a_host_without_a_password_is_taken(file: Path, host: str) -> None:
    file.write_text(f'[[students]]\nname = "Ada"\nhosts = ["{host}"]')
    assert read_class(file).students[0].hosts == (host,)


def test_all_mistakes_are_told_at_once(file: Path) -> None:
    assert len(mistakes(file, '[class]\nwidth = "x"\ntitel = "y"\n[[students]]\nname = "Ada"\n')) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match=r"none\.toml: No such file or directory\. Fix: "):
        read_class(tmp_path / "none.toml")


def test_the_pages_example_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "class.md").read_text()
    (tmp_path / "clouds").mkdir()
    for name in ("clouds/ada.toml", "clouds.yaml", "bjorn.ssh"):
        (tmp_path / name).touch()
    (tmp_path / "autumn.toml").write_text(page.partition("```toml\n")[2].partition("```")[0])
    read = read_class(tmp_path / "autumn.toml")
    assert [student.name for student in read.students] == ["Ada L.", "Björn"]
    assert read.points.model_copy(update={"weights": {}}) == Scheme()
