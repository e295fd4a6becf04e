import base64
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from selftests.tools import hotsos_beside
from selftests.tools.hotsos_beside import asked, findings, unpack, write_outputs


def test_what_a_command_said_is_where_sosreport_has_it(tmp_path: Path) -> None:
    write_outputs([b"sos_commands/dpkg/dpkg_-l " + base64.b64encode(b"ii nova-compute\n")], tmp_path)
    assert (tmp_path / "sos_commands/dpkg/dpkg_-l").read_text() == "ii nova-compute\n"


def test_a_place_that_was_not_asked_for_is_left_out(tmp_path: Path) -> None:
    write_outputs([b"../outside " + base64.b64encode(b"x"), b"uptime not-base64", b"", b"df"], tmp_path)
    assert not list(tmp_path.iterdir())
    assert not (tmp_path.parent / "outside").exists()


def test_the_script_says_each_commands_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotsos_beside, "OUTPUTS", {"df": "echo a; echo b", "hostname": "false", "uptime": "echo up"})
    write_outputs(subprocess.run(["sh"], input=asked().encode(), capture_output=True).stdout.splitlines(), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"df": "a\nb\n", "uptime": "up\n"}


def test_only_plain_files_inside_of_the_folder_are_unpacked(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    unpack(_archive({"etc/nova/nova.conf": b"[vnc]", "../outside": b"x"}, links={"etc/link": "/etc/shadow"}), tree)
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()] == [
        "tree/etc/nova/nova.conf"
    ]


def test_what_is_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotsos_beside, "ALL_FILES", 5)
    unpack(_archive({"etc/first": b"1234", "etc/second": b"56"}), tmp_path)
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["first"]


def test_part_of_an_archive_is_told(tmp_path: Path) -> None:
    whole = _archive({"var/log/syslog": bytes(range(256)) * 400}).getvalue()
    with pytest.raises((tarfile.TarError, EOFError)):
        unpack(io.BytesIO(whole[: len(whole) // 2]), tmp_path)


def test_bugs_and_issues_are_a_line_each() -> None:
    summary = {
        "bugs-detected": {"openstack": {"https://bugs.launchpad.net/bugs/1": "a known\n  bug"}},
        "potential-issues": {"openstack": {"OpenstackWarnings": ["masked", "mixed"]}},
    }
    assert list(findings(summary)) == [
        "known bug, openstack: https://bugs.launchpad.net/bugs/1: a known bug",
        "issue, openstack: OpenstackWarnings: masked",
        "issue, openstack: OpenstackWarnings: mixed",
    ]


@pytest.mark.parametrize("summary", [None, [], {}, {"potential-issues": None}, {"potential-issues": {"system": "?"}}])
def test_another_shape_is_no_finding(summary: object) -> None:
    assert not list(findings(summary))


def test_a_password_in_a_finding_is_not_shown() -> None:
    (line,) = findings({"potential-issues": {"openstack": {"Errors": ["rabbit://openstack:hunter2@controller"]}}})
    assert "hunter2" not in line


def _archive(files: dict[str, bytes], links: dict[str, str] | None = None) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    packed.seek(0)
    return packed
