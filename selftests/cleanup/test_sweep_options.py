"""What is given to `pytest --sweep`: it is looked at as for a run, and told as for one."""

import signal
import socket
from pathlib import Path

import pytest

from selftests import ROOT
from selftests.patience import LONG
from selftests.test_command_line import begun, problems, run

SECRET = "S3cretPw!"


def credentials(url: str) -> dict[str, str]:
    """Of a Keystone that is not there."""
    return {
        "OS_AUTH_URL": url,
        "OS_USERNAME": "admin",
        "OS_PASSWORD": "another",
        "OS_PROJECT_NAME": "admin",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
    }


@pytest.mark.parametrize("password", [SECRET, f"{SECRET}/b", f"a/{SECRET}"])
def test_a_password_in_the_url_is_shown_by_nobody(password: str, tmp_path: Path) -> None:
    """keystoneauth logs the URL where it cannot be reached."""
    done = run("--sweep", str(ROOT / "tests"), cwd=tmp_path, **credentials(f"http://admin:{password}@127.0.0.1:9/v3"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "127.0.0.1" in done.stderr
    assert SECRET not in done.stdout + done.stderr


TESTS = str(ROOT / "tests")
MALFORMED = {
    "--timeout-scale=abc": "--timeout-scale=abc: not a factor",
    "--row=NOVA-999": "--row=NOVA-999: no such row",
    "--hosts=": "--hosts=: empty",
    "--os-cloud=": "--os-cloud=: empty",
}


def test_each_option_that_is_malformed_is_told_and_nobody_is_asked(tmp_path: Path) -> None:
    told = problems("--sweep", "-n2", *MALFORMED, TESTS, cwd=tmp_path, OS_CLOUD="mine")
    assert [start for start in MALFORMED.values() if sum(line.startswith(start) for line in told) != 1] == []
    assert len(told) == len(MALFORMED)


def test_who_asks_for_help_deletes_nothing(tmp_path: Path) -> None:
    done = run("--sweep", "--yes", "-h", TESTS, cwd=tmp_path, **credentials("http://127.0.0.1:9/v3"))
    assert done.returncode == pytest.ExitCode.OK, done.stderr
    assert "--timeout-scale" in done.stdout


def test_ctrl_c_while_keystone_is_silent_ends_a_sweep_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v3"
        with begun("--sweep", TESTS, cwd=tmp_path, **credentials(url)) as process:
            silent.accept()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=LONG)
    assert (process.returncode, "Traceback" in err) == (pytest.ExitCode.INTERRUPTED, False)
    assert "goes on where this one ended" in out
