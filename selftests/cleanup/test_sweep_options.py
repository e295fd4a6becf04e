"""What is given to `pytest --sweep`: it is looked at as for a run, and told as for one."""

from pathlib import Path

import pytest

from selftests import ROOT
from selftests.test_command_line import run

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
