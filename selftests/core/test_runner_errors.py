import errno
import socket
import urllib.error
from pathlib import Path

import pytest
import requests

from fixtures.core.runner_errors import RunnerError, runners_own


def raised(*, by: str) -> OSError:
    try:
        if by == "program":
            import subprocess

            subprocess.run(["no-such-program"])
        elif by == "file":
            Path("/nowhere/file").write_text("")
        else:
            socket.create_connection(("127.0.0.1", 1), timeout=1)
    except OSError as error:
        return error
    raise AssertionError(by)


@pytest.mark.parametrize(("by", "what"), [("program", "no-such-program"), ("file", "/nowhere/file")])
def test_what_is_missing_here_is_told_as_such(by: str, what: str) -> None:
    told = str(runners_own(raised(by=by)))
    assert told.startswith(f"{what} on the machine that runs the suite: No such file or directory. Fix: ")


def test_a_known_program_comes_with_its_package() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "ping")
    assert "apt install iputils-ping" in str(runners_own(error))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
def test_what_is_used_up_is_told_whoever_noticed(number: int) -> None:
    error = OSError(number, "used up")
    assert runners_own(error)
    wrapped = requests.ConnectionError("cannot connect")
    wrapped.__context__ = error
    assert runners_own(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        raised(by="connection"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        TimeoutError("timed out"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        requests.ConnectionError("refused"),
        urllib.error.HTTPError("http://controller/", 404, "Not Found", None, None),  # type: ignore[arg-type]
        PermissionError("controller: not root: LVM tells only root; give --sudo"),
        FileNotFoundError("compute1: nova-compute has no configuration"),
        AssertionError("no answer"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_cloud_did_stays_the_clouds(error: Exception) -> None:
    assert runners_own(error) is None


def test_several_are_this_machines_only_if_all_are() -> None:
    mine, its = FileNotFoundError(errno.ENOENT, "none", "ping"), AssertionError("still there")
    assert runners_own(ExceptionGroup("two", [mine, RunnerError("ping", "no", "do")]))
    assert runners_own(ExceptionGroup("two", [mine, its])) is None
