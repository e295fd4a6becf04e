"""Ctrl-C while nothing is made yet: nobody waits for an answer that is late."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.patience import LONG, until
from selftests.test_command_line import begun

PATIENT = "--timeout-scale=100"
"""Who is not interrupted waits for hours, so that none ends by itself."""
SILENT = "#!/bin/sh\necho $$ > asking\nmv asking asked\nexec sleep infinity\n"


@pytest.fixture
def keystone() -> Iterator[socket.socket]:
    """Takes a question, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent


def credentials(keystone: socket.socket) -> dict[str, str]:
    return {
        "OS_AUTH_URL": f"http://127.0.0.1:{keystone.getsockname()[1]}/v3",
        "OS_USERNAME": "admin",
        "OS_PASSWORD": "another",
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
    }


def ended(process: "subprocess.Popen[str]") -> None:
    """Interrupted, and gone though nobody has answered."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "Interrupted: nothing was made." in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize("options", [[], ["-n2"], ["--doctor"], ["--write-cloud-file=mine.toml"]], ids=str)
def test_a_silent_keystone_holds_nobody_up(keystone: socket.socket, options: list[str], tmp_path: Path) -> None:
    with begun(PATIENT, *options, str(ROOT / "tests/image"), cwd=tmp_path, **credentials(keystone)) as process:
        keystone.accept()
        ended(process)


@pytest.mark.parametrize("options", [[], ["--show-nodes"]], ids=str)
def test_a_silent_node_holds_nobody_up(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "with-ping").mkdir()
    (tmp_path / "with-ping" / "ssh").write_text(SILENT)
    (tmp_path / "with-ping" / "ssh").chmod(0o755)
    with begun(PATIENT, "--hosts=controller", *options, str(ROOT / "tests/compute"), cwd=tmp_path) as process:
        until((tmp_path / "asked").exists)
        ended(process)
    with suppress(ProcessLookupError):
        os.kill(int((tmp_path / "asked").read_text()), signal.SIGKILL)  # a terminal would have told it, too
