from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.core.cloud_file import CloudFile
from fixtures.core.cloud_file_reader import MOST, read_cloud_file

Read = Callable[[str], CloudFile]
WAIVER = '[[waivers]]\nrow = "NEU-7"\nreason = "known"\nuntil = 2099-12-31\n'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(text: str) -> CloudFile:
        (tmp_path / "cloud.toml").write_text(text)
        return read_cloud_file(tmp_path / "cloud.toml", "cloud.toml")

    return of


def mistakes(read: Read, text: str) -> list[str]:
    with pytest.raises(ValueError, match=r"cloud\.toml") as raised:
        read(text)
    return list(raised.value.args)


def test_an_empty_file_says_nothing(read: Read) -> None:
    assert read("") == CloudFile()


def test_a_byte_order_mark_is_no_mistake(read: Read) -> None:
    assert read('\ufeffos_cloud = "mine"').os_cloud == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("host = 1", "host: there is no such key. Fix: write hosts"),
        ('[expected]\nsevices = ["dns"]', "expected.sevices: there is no such key. Fix: write services"),
        (f"{WAIVER}rows = 1", "waivers.1.rows: there is no such key. Fix: write row"),
        ('hosts = "a"', 'hosts: "a" is not a list, such as ["…"]. Fix: give a list, such as ["…"]'),
        ("hosts = []", "hosts: is empty. Fix: give hosts a value, or leave it out"),
        ('image = " "', "image: is empty. Fix: give image a value, or leave it out"),
        ('at_once = "3"', 'at_once: "3" is not a whole number. Fix: give a whole number'),
        ("at_once = true", "at_once: true is not a whole number. Fix: give a whole number"),
        ("timeout_scale = 'x'", 'timeout_scale: "x" is not a number. Fix: give a number'),
        ("sudo = 1", "sudo: 1 is not true or false. Fix: give true or false"),
        ("expected = 1", "expected: 1 is not a table. Fix: give a table"),
        (
            "[expected]\nrunning = {nova-compute = 0}",
            "expected.running.nova-compute: 0 is not 1 or more. Fix: give 1 or more",
        ),
        ('waivers = {row = "x"}', 'waivers: {"row": "x"} is not a list, such as ["…"]. Fix: write [[waivers]] above'),
        ('[[waivers]]\nrow = "NEU-7"\nuntil = 2099-12-31', 'waivers.1.reason: is missing. Fix: add reason = "…"'),
        ('[[waivers]]\nrow = "NEU-7"\nreason = "x"', "waivers.1.until: is missing. Fix: add until = 2027-12-31"),
        (f'{WAIVER}check = "x"', "waivers.1: has to have either row or check. Fix: correct it there"),
        ('[[waivers]]\nreason = "x"\nuntil = 2099-12-31', "waivers.1: has to have either row or check. Fix: "),
        (WAIVER.replace("2099-12-31", '"2099-12-31"'), 'waivers.1.until: "2099-12-31" is not a date without quotes'),
        (WAIVER.replace("known", r"a\nb"), "waivers.1.reason: has a line break, or another character that is not"),
        (WAIVER.replace("known", "x" * 1001), "waivers.1.reason: has more than 1000 characters. Fix: shorten it"),
        ("x = [", "not TOML: Invalid value (at end of document). Fix: correct it there"),
        (f"x = {'[' * 100_000}", "not TOML"),
        (f"x = {'9' * 5000}", "not TOML: Exceeds the limit"),
        ("x = 2026-02-31", "not TOML: "),
    ],
)
def test_a_mistake_is_one_line(text: str, told: str, read: Read) -> None:
    [line] = mistakes(read, text)
    assert line.startswith(f"cloud.toml: {told}")
    assert ". Fix: " in line


def test_each_mistake_is_told(read: Read) -> None:
    assert len(mistakes(read, 'at_once = "3"\nsudo = 1\nhost = 2')) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('password = "s3cret"', "password: a secret"),
        ('[expected]\nadmin_password = "s3cret"', "expected.admin_password: a secret"),
        ('[[waivers]]\ntoken = "s3cret"', "waivers.1.token: a secret"),
        ('hosts = ["controller", "bob:s3cret@compute1"]', "hosts.2: a password"),
        ('image = "https://bob:s3cret@somewhere/image"', "image: a password"),
    ],
)
def test_a_secret_is_refused_and_not_repeated(text: str, place: str, read: Read) -> None:
    [line] = mistakes(read, text)
    assert line.startswith(f"cloud.toml: {place} has no place in this file. Fix: take it out")
    assert "s3cret" not in line


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"# M\xfcnchen\n")
    (tmp_path / "huge").write_bytes(b"#" * (MOST + 1))
    told = {
        str(tmp_path / "latin"): "not UTF-8: byte 3 is none of it. Fix: save it as UTF-8",
        str(tmp_path / "huge"): f"larger than {MOST} bytes. Fix: name the right file",
        str(tmp_path): "no ordinary file. Fix: name a file",
        "/dev/zero": "no ordinary file. Fix: name a file",
        str(tmp_path / "nowhere"): "no such file. Fix: correct the path; docs/cloud-file.md has an example",
        str(tmp_path / "huge" / "x"): "no such file. Fix: correct the path; docs/cloud-file.md has an example",
    }
    for path, line in told.items():
        with pytest.raises(ValueError, match="Fix: ") as raised:
            read_cloud_file(Path(path), "it")
        assert raised.value.args == (f"it: {line}",)
