import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.nodes.service_environment_probe import MAY, PROBE, SELF, Answer, parse

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("setpriv"), reason="only root asks in another user's place, by setpriv"
)
NOBODY = ("nobody", "", "0")


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody gets to, which tmp_path is not."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=["dash", "bash"])
def shell(request: pytest.FixtureRequest) -> str:
    return shutil.which(str(request.param)) or pytest.skip(f"no {request.param} here")


def asked(shell: str, *words: object, who: tuple[str, str, str] = NOBODY, **env: str) -> Answer:
    asked_for = ["who", *who, *map(str, words)]
    line = [shell, "-c", PROBE, "sh", MAY, *asked_for]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env={**os.environ, **env})
    [answer] = parse(done.stdout, asked_for)
    return answer


def test_a_folder_is_seen_with_the_eyes_of_the_user(shell: str, folder: Path) -> None:
    (folder / "his").mkdir()
    shutil.chown(folder / "his", "nobody")
    found = asked(shell, "folder", folder, "folder", folder / "his")
    assert found.user == "nobody"
    roots, his = found.places[str(folder)], found.places[f"{folder}/his"]
    assert (roots.exists, roots.may, roots.owner, roots.closed) == (True, "rx", "root:root 755", "")
    assert (his.exists, his.may, his.is_mounted_writable) == (True, "rwx", True)
    assert his.free is not None
    assert his.free > 0


def test_what_is_missing_is_told_by_what_is_above_it(shell: str, folder: Path) -> None:
    place = asked(shell, "folder", folder / "a" / "b").places[f"{folder}/a/b"]
    assert (place.exists, place.there, place.may, place.owner) == (False, str(folder), "rx", "root:root 755")


def test_the_first_closed_folder_on_the_way_is_named(shell: str, folder: Path) -> None:
    (folder / "closed" / "inside").mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    (folder / "closed" / "inside" / "file").touch()
    place = asked(shell, "file", folder / "closed" / "inside" / "file").places[f"{folder}/closed/inside/file"]
    assert (place.exists, place.closed) == (True, f"{folder}/closed")


def test_a_file_of_roots_alone_cannot_be_read(shell: str, folder: Path) -> None:
    (folder / "nova.conf").touch(mode=0o600)
    place = asked(shell, "file", folder / "nova.conf").places[f"{folder}/nova.conf"]
    assert (place.may, place.owner, place.free) == ("", "root:root 600", None)


def test_a_file_of_his_group_can(shell: str, folder: Path) -> None:
    (folder / "nova.conf").touch(mode=0o640)
    shutil.chown(folder / "nova.conf", group="nogroup")
    assert asked(shell, "file", folder / "nova.conf").places[f"{folder}/nova.conf"].may == "r"


def test_a_name_may_be_anything(shell: str, folder: Path) -> None:
    strange = folder / "a b\n$(touch ran);'"
    strange.mkdir()
    found = asked(shell, "folder", strange)
    assert found.places[str(strange)].exists
    assert [*folder.iterdir()] == [strange]


def test_a_name_that_is_no_path_comes_to_an_end(shell: str) -> None:
    assert not asked(shell, "folder", "no/path", who=("", "", "")).places["no/path"].exists


def test_who_is_not_known_is_asked_nothing(shell: str, folder: Path) -> None:
    found = asked(shell, "folder", folder, who=("nobody-here", "", ""))
    assert (found.user, found.places[str(folder)].may) == ("", None)


def test_a_process_tells_who_runs_it_and_what_is_around_it(shell: str, folder: Path) -> None:
    program = folder / "helper"
    program.touch(mode=0o755)
    env = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "http_proxy": "http://user:s3cr3t@proxy",
        "https_proxy": "",
        "no_proxy": "10.0.0.11,controller",
    }
    words = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", "sleep", "60"]
    with subprocess.Popen(words, env=env) as process:
        while b"sleep" not in Path(f"/proc/{process.pid}/cmdline").read_bytes().partition(b"\0")[0]:
            pass
        found = asked(shell, "program", "helper", "program", "helper-of-none", who=("", "", str(process.pid)))
        process.kill()
    assert (found.user, found.group) == ("nobody", "nogroup")
    assert found.missing == {"helper-of-none"}
    assert found.proxies == {"http_proxy"}
    assert found.no_proxy == "10.0.0.11,controller"
    assert "s3cr3t" not in repr(found)


def test_of_a_process_that_has_ended_is_told_that_it_has(shell: str, folder: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    answer = asked(shell, "folder", folder, who=("nobody", "", str(ended.pid)))
    assert (answer.is_gone, answer.user) == (True, "nobody")
    assert not asked(shell, who=NOBODY).is_gone
    assert not asked(shell, who=("nobody", "", str(os.getpid()))).is_gone


def test_in_a_container_everybody_has_its_environment(shell: str) -> None:
    found = asked(shell, who=("", "", SELF), HTTPS_PROXY="http://proxy")
    assert "HTTPS_PROXY" in found.proxies


def test_several_services_are_told_apart(shell: str, folder: Path) -> None:
    words = ["who", *NOBODY, "folder", str(folder), "who", "root", "", "0", "folder", str(folder)]
    done = subprocess.run([shell, "-c", PROBE, "sh", MAY, *words], capture_output=True, text=True, check=True)
    his, roots = parse(done.stdout, words)
    assert (his.places[str(folder)].may, roots.places[str(folder)].may) == ("rx", "rwx")
    assert (his.user, roots.user) == ("nobody", "root")


ASKS = "echo 'sudo: a password is required' >&2; exit 1"


@pytest.mark.parametrize(
    ("says", "rights", "is_refused"),
    [
        ("echo /usr/bin/nova-rootwrap", "", False),
        ("exit 1", "", True),
        (ASKS, "exit 1", False),  # nobody knows
        (ASKS, "echo '(root) /usr/bin/nova-rootwrap'", True),
        (ASKS, "echo 'User nobody is not allowed to run sudo on compute1.'", True),
        (ASKS, "echo '(root) NOPASSWD: /usr/bin/nova-rootwrap'", False),  # it is for the question alone
        (ASKS, "echo 'Matching Defaults: !authenticate'", False),
        ("echo 'Sorry, user nobody may not run sudo on compute1.' >&2; exit 1", "", True),
        ("echo 'sudo: nova-rootwrap: command not found' >&2; exit 1", "", False),  # another matter
        ("echo 'sudo: PAM error: unknown' >&2; exit 1", "", False),
        ("exec sleep 60", "", False),
    ],
)
def test_sudo_is_asked_what_the_user_may_run(
    shell: str, folder: Path, says: str, rights: str, is_refused: bool
) -> None:
    heard = Path(f"/tmp/{folder.name}.asked")
    told = f'case $* in *"-U nobody") {rights or ":"}; exit ;; esac'
    script = f'#!/bin/sh\n{told}\n(id -un; echo "$*") > {heard}\n{says}\n'
    (folder / "sudo").write_text(script)
    (folder / "sudo").chmod(0o755)
    command = "nova-rootwrap /etc/nova/rootwrap.conf"
    found = asked(shell, "sudo", command, PATH=f"{folder}:{os.environ['PATH']}", TIMEOUT_PERCENT="20")
    assert heard.read_text().splitlines() == ["nobody", f"-n -l -- {command} true"]
    heard.unlink()
    assert found.refused == ({command} if is_refused else set())


def test_root_is_not_asked_whether_he_becomes_root(shell: str, folder: Path) -> None:
    (folder / "sudo").write_text("#!/bin/sh\nexit 1\n")
    (folder / "sudo").chmod(0o755)
    found = asked(shell, "sudo", "nova-rootwrap x", who=("root", "", "0"), PATH=f"{folder}:{os.environ['PATH']}")
    assert found.refused == set()
