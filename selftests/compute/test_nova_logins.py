import getpass
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import testinfra

from fixtures.compute.nova_logins import TRY, NovaLogin, not_prepared_for_moves, parse_logins
from selftests.compute.migration_nodes import endpoint

DENIED = "nova@10.0.0.102: Permission denied (publickey)."
RUNUSER = """#!/bin/sh
shift 3
exec "$@"
"""


@pytest.fixture
def nova_compute() -> Iterator[None]:
    """A process that is called so."""
    rename = (
        "import ctypes, time; ctypes.CDLL(None).prctl(15, b'nova-compute', 0, 0, 0); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", rename], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield
        process.kill()


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[NovaLogin]]:
    """What comes of it on a node with such an ssh."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def done(ssh: str) -> list[NovaLogin]:
        for name, script in (("ssh", f"#!/bin/sh\n{ssh}\n"), ("runuser", RUNUSER)):
            (tmp_path / name).write_text(script)
            (tmp_path / name).chmod(0o755)
        addresses = ["10.0.0.102", "10.0.0.103"]
        printed = testinfra.get_host("local://").check_output("sh -c %s sh %s %s", TRY, *addresses)
        return parse_logins(endpoint(1), [endpoint(2), endpoint(3)], printed)

    return done


@pytest.mark.usefixtures("nova_compute")
@pytest.mark.parametrize(
    ("ssh", "refusal"),
    [
        ("exit 0", ""),
        ("echo motd; exit 0", ""),
        (f"echo; echo '{DENIED}' >&2; exit 255", DENIED),
        ("exit 255", "ssh gave no reason"),
        ("echo 'This account is currently not available.'; exit 1", "This account is currently not available."),
        ("echo denied >&2; exit 1", ""),  # a wrapper that lets Nova's own commands through alone
    ],
)
def test_a_node_says_how_it_went(ssh: str, refusal: str, tried: Callable[[str], list[NovaLogin]]) -> None:
    logins = tried(ssh)
    assert [(each.target.node.name, each.refusal) for each in logins] == [("compute2", refusal), ("compute3", refusal)]
    assert {each.user for each in logins} == {getpass.getuser()}


@pytest.mark.usefixtures("nova_compute")
@pytest.mark.parametrize(
    ("checking", "is_noted"), [("ask", True), ("true", True), ("no", False), ("accept-new", False)]
)
def test_a_host_key_is_noted_by_nobody(
    checking: str, is_noted: bool, tried: Callable[[str], list[NovaLogin]], tmp_path: Path
) -> None:
    tried(f"""[ "$1" = -G ] && {{ echo "stricthostkeychecking {checking}"; exit; }}; echo "$@" >> {tmp_path}/asked""")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 2
    assert {"UserKnownHostsFile=/dev/null" not in line for line in asked} == {is_noted}
    assert all(
        "-oBatchMode=yes" in line and line.endswith(("-- 10.0.0.102 true", "-- 10.0.0.103 true")) for line in asked
    )


def test_without_nova_compute_nobody_is_tried(tried: Callable[[str], list[NovaLogin]]) -> None:
    assert tried("exit 0") == []


def test_what_is_no_answer_is_none() -> None:
    [only] = parse_logins(endpoint(1), [endpoint(2)], "user\tnova\tyes\nlogin\t10.9.9.9\t0\t\n")
    assert only.refusal == "no answer"


def login(refusal: str = "", has_keys: bool = False) -> NovaLogin:
    return NovaLogin(endpoint(1), endpoint(2), "nova", has_keys, refusal)


def test_where_the_user_has_no_keys_anywhere_nothing_is_wrong() -> None:
    assert "see the page of NOVA-18" in not_prepared_for_moves({"compute1": [login(DENIED)], "compute2": []})


@pytest.mark.parametrize("logins", [[], [login()], [login(DENIED), login(DENIED, has_keys=True)]])
def test_else_it_is_looked_at(logins: list[NovaLogin]) -> None:
    assert not_prepared_for_moves({"compute1": logins}) == ""
