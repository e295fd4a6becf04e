import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import testinfra

from fixtures.core.waiting import WaitFailed
from fixtures.nodes import unit_words
from fixtures.nodes.checked_host import checked
from fixtures.nodes.containers import Container
from fixtures.nodes.log_folders import files_of
from fixtures.nodes.no_answer import NoAnswer
from fixtures.nodes.systemd_units import Unit, read_unit, wait_until_settled
from fixtures.nodes.unit_words import LENGTH, LINES, SHOWN, why_down
from selftests.nodes.engines import UNIT, with_unit
from selftests.nodes.test_process_args import program
from selftests.patience import LONG

NOVA = "nova-compute.service"
FAILED = UNIT.replace("ActiveState=active\nSubState=running", "ActiveState=failed\nSubState=failed")
UNREADABLE = "oslo_config.cfg.ConfigFilesPermissionDeniedError: Failed to open some config files: /etc/nova/nova.conf"
# journalctl --output=short-iso; the traceback is Python's own, as no logging has begun
JOURNAL = f"""\
2024-05-01T10:00:00+0000 compute1 systemd[1]: Started OpenStack Nova Compute.
2024-05-01T10:00:03+0000 compute1 nova-compute[812]: Traceback (most recent call last):
2024-05-01T10:00:03+0000 compute1 nova-compute[812]:   File "/usr/bin/nova-compute", line 10, in <module>
2024-05-01T10:00:03+0000 compute1 nova-compute[812]:     sys.exit(main())
2024-05-01T10:00:03+0000 compute1 nova-compute[812]: {UNREADABLE}
2024-05-01T10:00:04+0000 compute1 systemd[1]: {NOVA}: Main process exited, code=exited, status=1/FAILURE
2024-05-01T10:00:04+0000 compute1 systemd[1]: {NOVA}: Failed with result 'exit-code'.
"""
DIED = "".join(line for line in JOURNAL.splitlines(keepends=True) if "systemd[1]" in line)
STOPPED = (
    f"2024-05-01T11:00:00+0000 compute1 systemd[1]: Stopping OpenStack Nova Compute...\n"
    f"2024-05-01T11:00:00+0000 compute1 systemd[1]: {NOVA}: Deactivated successfully.\n"
)


class Here:
    """This machine as a node, with a journal and an engine that say what they are given."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.host = folder, checked(testinfra.get_host("local://"), LONG)
        self.journal("")

    def journal(self, text: str | bytes) -> None:
        (self.folder / "journal").write_bytes(text if isinstance(text, bytes) else text.encode())
        program(self.folder, "journalctl", f'echo "$*" >> "{self.folder}/asked"; cat "{self.folder}/journal"\n')

    def engine(self, ended: str, logs: str, name: str = "docker") -> None:
        (self.folder / "logs").write_text(logs)
        program(self.folder, name, f"case $1 in inspect) echo 'X{ended}' ;; logs) cat '{self.folder}/logs' ;; esac\n")

    def log(self, text: str | bytes) -> Path:
        file = self.folder / "nova-compute.log"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def says(self, state: str = "failed/failed", container: Container | None = None, unit: str = NOVA) -> str:
        return why_down(self.host, unit, container, "nova-compute", state)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(unit_words, "files_of", lambda _: [str(tmp_path / "nova-compute.log"), "/nowhere"])
    return Here(tmp_path)


@pytest.fixture
def answers(here: Here, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came back of each question to the node."""
    told: list[str] = []
    ask = here.host.try_run

    def listen(*args: Any, **how: Any) -> Any:
        answer = ask(*args, **how)
        told.append(answer.stdout)
        return answer

    monkeypatch.setattr(here.host, "try_run", listen)
    return told


def test_the_journal_tells(here: Here) -> None:
    here.journal(JOURNAL)
    assert here.says() == UNREADABLE


def test_the_message_has_it(here: Here, tmp_path: Path) -> None:
    here.journal(JOURNAL)
    with_unit(tmp_path, FAILED.format(unit=NOVA, first="nova-compute", command="nova-compute"))
    unit = read_unit(here.host, [NOVA], "nova-compute")
    assert unit.not_running == (
        f'local: {NOVA} is failed/failed, not running. It says: "{UNREADABLE}". '
        f"Fix: systemctl start {NOVA}; the reason is in journalctl -u {NOVA} -n 50"
    )
    with pytest.raises(WaitFailed, match=rf'Fix: read why it dies in journalctl .*\. It says: "{UNREADABLE}"$'):
        wait_until_settled(lambda: unit, deadline=1)


def test_who_says_nothing_is_not_quoted(here: Here, tmp_path: Path) -> None:
    with_unit(tmp_path, FAILED.format(unit=NOVA, first="nova-compute", command="nova-compute"))
    assert "not running. Fix: " in read_unit(here.host, [NOVA], "nova-compute").not_running


def test_of_a_unit_that_runs_nothing_is_asked(here: Here, tmp_path: Path, answers: list[str]) -> None:
    """What a healthy run asks of a node stays as it is."""
    with_unit(tmp_path, UNIT.format(unit=NOVA, first="nova-compute", command="nova-compute"))

    def read() -> Unit:
        return read_unit(here.host, [NOVA], "nova-compute")

    unit = read()
    assert unit.is_ready, unit.not_running
    wait_until_settled(read, deadline=1)
    assert len(answers) == 3
    assert not (tmp_path / "asked").exists()


def test_where_only_systemd_speaks_the_log_tells(here: Here) -> None:
    here.journal(DIED)
    here.log(
        "2024-05-01 09:00:00.100 700 ERROR nova.x [-] of old\n"
        "2024-05-01 10:00:03.100 812 INFO nova.x [-] starting\n"
        "2024-05-01 10:00:03.200 812 CRITICAL nova [-] Unhandled error: OSError: [Errno 13] Permission denied\n"
    )
    assert here.says() == "Unhandled error: OSError: [Errno 13] Permission denied"


def test_the_nodes_own_time_is_meant(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    here.journal(DIED)
    here.log("2024-05-01 12:00:03.200 812 CRITICAL nova [-] now\n")
    assert here.says() == "now"
    here.log("2024-05-01 10:00:03.200 812 CRITICAL nova [-] two hours ago\n")
    assert here.says().startswith(f"{NOVA}: Main process exited")


@pytest.mark.parametrize("state", ["inactive/dead", "failed/failed"])
def test_what_was_stopped_by_hand_gives_no_reason(here: Here, state: str) -> None:
    here.journal(JOURNAL + STOPPED)
    here.log("2024-05-01 10:59:59.200 812 ERROR nova.x [-] something else\n")
    assert here.says(state) == ""


def test_an_old_log_is_no_reason_where_no_journal_can_be_read(here: Here) -> None:
    here.log("2024-05-01 10:59:59.200 812 ERROR nova.x [-] something else\n")
    assert here.says("inactive/dead") == ""
    assert here.says("failed/failed") == "something else"


def test_devstacks_colours_and_their_infos_are_left_out(here: Here) -> None:
    begin, at = "2024-05-01T10:00:0", "+0000 c devstack@n-cpu.service[7]: "
    here.journal(
        f"{begin}0+0000 c systemd[1]: Started Devstack devstack@n-cpu.service.\n"
        f"{begin}1{at}\033[01;31mERROR nova.compute.manager [\033[01;36mNone req-1 a b\033[01;31m] it failed\033[00m\n"
        + "".join(f"{begin}2{at}\033[00;32mDEBUG oslo_service.service [None] option {n}\033[00m\n" for n in range(999))
        + f"{begin}2+0000 c systemd[1]: devstack@n-cpu.service: Main process exited, code=exited, status=1/FAILURE\n"
    )
    assert here.says() == "it failed"


def test_an_entry_with_several_lines_is_read_as_it_was_written(here: Here) -> None:
    begin = "2024-05-01T10:00:03+0000 compute1 nova-compute[812]: "
    told = ["Traceback (most recent call last):", '  File "x", line 1', "OSError: no room", "and more"]
    here.journal(f"-- Boot 1a2b --\n{begin}" + f"\n{' ' * len(begin)}".join(told) + "\n")
    assert here.says() == "OSError: no room"


NAME = Container("nova_compute", "docker", "exited")
BY_DOCKER = "nova_compute.container"
# kolla, docker/base/set_configs.py
COPYING = """\
2024-05-01T10:00:00.123456789Z INFO:__main__:Copying service configuration files
2024-05-01T10:00:00.223456789Z ERROR:__main__:MissingRequiredSource: /var/lib/kolla/config_files/nova.conf is missing
"""


@pytest.mark.parametrize("unit", [BY_DOCKER, "kolla-nova_compute-container.service"])
def test_a_container_tells(here: Here, unit: str) -> None:
    here.engine("1 false ", COPYING)
    assert here.says("inactive/exited", NAME, unit).startswith("MissingRequiredSource: /var/lib/kolla/")


@pytest.mark.parametrize("code", [0, 137, 143])
def test_a_container_that_was_stopped_by_hand_gives_no_reason(here: Here, code: int) -> None:
    here.engine(f"{code} false ", COPYING)
    assert here.says("inactive/exited", NAME, BY_DOCKER) == ""


def test_an_engine_that_could_not_start_it_says_why(here: Here) -> None:
    why = "OCI runtime create failed: exec: dumb-init: executable file not found in $PATH: unknown"
    here.engine(f"127 false {why}", "")
    assert here.says("inactive/created", NAME, BY_DOCKER) == why
    here.engine("137 true ", COPYING)
    assert here.says("inactive/exited", NAME, BY_DOCKER) == "OOMKilled"


def test_an_engine_without_logs_is_not_quoted(here: Here) -> None:
    here.engine("1 false ", "Error response from daemon: configured logging driver does not support reading\n")
    assert here.says("inactive/exited", NAME, BY_DOCKER) == ""


def test_podman_is_not_asked_by_an_ordinary_user(here: Here, tmp_path: Path) -> None:
    program(tmp_path, "id", "echo 1000\n")
    here.engine("1 false ", COPYING, "podman")
    assert here.says("inactive/exited", Container("nova_compute", "podman", "exited"), BY_DOCKER) == ""


def test_what_is_no_engine_does_not_run(here: Here, tmp_path: Path) -> None:
    program(tmp_path, "other", f"touch {tmp_path}/ran\n")
    here.says("inactive/exited", Container("x", "other", "exited"), BY_DOCKER)
    assert not (tmp_path / "ran").exists()


def at_its_end(text: bytes) -> bytes:
    """A journal whose service said that at last."""
    begin = b"2024-05-01T10:00:03+0000 c nova[1]: "
    return DIED.encode() + begin + text + b"\n"


HOSTILE = {
    "escapes": b"OSError: \x1b[2J\x1b]0;title\x07\x1b[31mred\x1b[0m\x08\x0d\x9b end",
    "no UTF-8": b"OSError: \xff\xfe\xc3( end",
    "other way round": "OSError: \u202eend\u2066 \u200b".encode(),
    "NULs": b"OSError: a\0b\0",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_only_what_can_be_shown_is_quoted(here: Here, text: str) -> None:
    here.journal(at_its_end(HOSTILE[text]))
    said = here.says()
    assert said.startswith("OSError: ")
    assert said.isprintable()
    assert "[2J" not in said and "title" not in said


def test_10_mib_in_one_line_are_cut(here: Here) -> None:
    here.journal(at_its_end(b"OSError: " + b"x" * 10 * 1024**2))
    assert here.says() == "OSError: …"
    here.journal(at_its_end(b"OSError: now") + b"\n".join([b"y" * 10 * 1024**2] * 2))
    here.says()  # which has an end, or there would be no answer


def test_much_of_a_log_is_never_read(here: Here) -> None:
    here.journal(DIED)
    file = here.log("")
    with file.open("w") as log:
        log.truncate(20 * 1024**3)  # sparse: read from its beginning it would take minutes
        log.seek(0, 2)
        log.write("\n2024-05-01 10:00:03.2 812 CRITICAL nova [-] " + "long " * 1000 + "\n")
    assert here.says().startswith("long long")
    assert len(here.says()) == SHOWN + 1


def test_little_comes_back(here: Here, answers: list[str]) -> None:
    here.journal("".join(f"2024-05-01T10:00:03+0000 c nova[1]: {n} {'x' * 5000}\n" for n in range(3000)))
    here.says()
    assert len(answers) == 1
    assert len(answers[0]) < (LINES + 1) * (LENGTH + 2)


SECRETS = {
    "a URL's": "OSError: amqp://openstack:Tr0ub4dor@controller:5672 is unreachable",
    "an option's": "OSError: Value for option admin_password = Tr0ub4dor is not valid",
    "one that is coloured": "OSError: amqp://openstack:\x1b[31mTr0ub4dor\x1b[0m@controller is unreachable",
    "one that is long": "OSError: transport_url=rabbit://openstack:Tr0ub4dor" + "x" * 5000 + "@controller",
}


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_quoted(here: Here, secret: str) -> None:
    here.journal(at_its_end(SECRETS[secret].encode()))
    assert here.says().startswith("OSError: ")
    assert "Tr0ub4dor" not in here.says()


def test_no_line_of_a_key_is_quoted(here: Here) -> None:
    begin = "2024-05-01T10:00:03+0000 c nova[1]: "
    key = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA", "-----END RSA PRIVATE KEY-----", "c2VjcmV0"]
    here.journal("".join(f"{begin}{line}\n" for line in key[:3]))
    assert "MIIE" not in here.says()


def test_a_link_is_no_log(here: Here, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("2024-05-01 10:00:03.2 812 CRITICAL nova [-] secret\n")
    (tmp_path / "nova-compute.log").symlink_to(tmp_path / "secret")
    here.journal(DIED)
    assert "Main process exited" in here.says()


def test_a_silent_node_hides_nothing_else(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NoAnswer("compute1", "Connection timed out")

    monkeypatch.setattr(here.host, "try_run", fail)
    assert here.says() == ""


def test_without_a_journal_nothing_breaks(here: Here, tmp_path: Path) -> None:
    (tmp_path / "journalctl").write_text("#!/bin/sh\nexit 1\n")
    assert here.says() == ""


def test_logs_are_where_deployers_put_them() -> None:
    assert "/var/log/nova/nova-compute.log" in files_of("nova-compute")
    assert "/var/log/kolla/neutron/neutron-linuxbridge-agent.log" in files_of("neutron-linuxbridge-agent")
    assert "/var/log/cinder/volume.log" in files_of("cinder-volume")  # RDO
    assert files_of("iscsi-target") == files_of("") == []


@pytest.mark.parametrize(
    "text", ["J2024", "Jx\nC\nL\nX\nZ", "Z+9999\nL2024-99-99 99:99:99.0 1 ERROR x y", "X1", "\n\n"]
)
def test_what_is_no_answer_tells_nothing(text: str) -> None:
    for is_up in (True, False):
        assert unit_words.reason(text, is_up, is_dead=not is_up) == ""


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_script_is_shell(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    assert subprocess.run([shell, "-n"], input=unit_words.ASK, text=True).returncode == 0
