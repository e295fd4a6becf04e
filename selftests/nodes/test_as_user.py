import subprocess

import pytest

from fixtures.nodes.as_user import AS_USER


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'{AS_USER}as_user "$@"', "sh", *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("user", ["nobody", "nobody-of-that-name"])
def test_what_it_says_and_its_exit_code_come_back(user: str) -> None:
    done = run(user, "30", "sh", "-c", 'printf %s "$1"; exit 3', "sh", "-q $(touch x) --y")
    assert (done.stdout, done.returncode) == ("-q $(touch x) --y", 3)


def test_nobody_waits_for_one_that_does_not_end() -> None:
    done = run("nobody", "1", "sh", "-c", "echo said; sleep 300")
    assert (done.stdout, done.returncode) == ("said\n", 124)
