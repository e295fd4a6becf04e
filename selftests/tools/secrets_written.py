"""Run the suite on the lab and search all that it writes for every password, token and key. It is run by hand:

`./lab/lab exec -- .venv/bin/python -m selftests.tools.secrets_written [--showlocals …]`

Searched are the output with debug logs, the results of Allure, the verdict, the ledger, and what is left in the folder
for temporary files. Looked for are the lab's passwords, as they are in the nodes' files, and the passwords and tokens
that the run itself made or was given, which a plugin notes.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1.access import AccessInfo

from lab.machines import machines
from selftests import ROOT

NOTED = "SECRETS_NOTED_IN"
LAB_SECRET = "[0-9a-f]{24}"  # as lab/credentials.py makes them
FIND = rf"grep -rhoIE '\b{LAB_SECRET}\b' /etc/*/*.conf /etc/*/*.ini /etc/swift /root 2> /dev/null"
LOOKS_SECRET = re.compile(r"gAAAA[\w-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY")
"""A Fernet token, and a private key."""
SHORTEST = 8
"""Characters of what is worth looking for."""


def main(arguments: list[str]) -> int:
    """Run and search; 1 if a secret was found, 2 if none of the lab or none of the run was known."""
    folder = Path(tempfile.mkdtemp(prefix="written-"))
    with tempfile.TemporaryDirectory() as apart:
        noted = Path(apart, "secrets")
        code = _run(folder, noted, arguments)
        own = set(noted.read_text().split())
    of_lab = set(_of_lab())
    files = [file for file in folder.rglob("*") if file.is_file()]
    found = [line for file in files for line in _hits(file, own | of_lab)]
    print("\n".join(found))
    print(
        f"pytest ended with {code}; {len(of_lab)} secrets of the lab and {len(own)} of the run looked for in "
        f"{len(files)} files in {folder}, {sum(file.stat().st_size for file in files)} bytes: "
        f"{len(found)} hits"
    )
    return 1 if found else 0 if own and of_lab else 2


def pytest_configure() -> None:
    """As a plugin of the run: note each password that is made and each token that is given."""
    path = Path(os.environ[NOTED])
    patch = pytest.MonkeyPatch()
    patch.setattr(secrets, "token_urlsafe", _noting(path, secrets.token_urlsafe))
    patch.setattr(AccessInfo, "auth_token", property(_noting(path, lambda access: access._auth_token)))


def _noting(path: Path, give: Callable[..., str]) -> Callable[..., str]:
    def noted(*words: Any) -> str:
        secret = give(*words)
        with path.open("a") as file:
            file.write(f"{secret}\n")
        return secret

    return noted


def _run(folder: Path, noted: Path, arguments: list[str]) -> int:
    noted.touch(mode=0o600)
    (folder / "tmp").mkdir()
    words = ["-p", __spec__.name, "-vv", "--log-level=DEBUG", "-rA", f"--report-dir={folder / 'report'}"]
    with (folder / "output.txt").open("wb") as stream:
        return subprocess.run(
            [sys.executable, "-m", "pytest", f"--hosts={','.join(machines())}", *words, *arguments],
            cwd=ROOT,
            env={**os.environ, NOTED: str(noted), "TMPDIR": str(folder / "tmp"), "XDG_STATE_HOME": str(folder)},
            stdout=stream,
            stderr=stream,
        ).returncode


def _of_lab() -> Iterator[str]:
    for host in machines():
        yield from subprocess.run(["ssh", host, FIND], capture_output=True, text=True).stdout.split()
    yield from re.findall(LAB_SECRET, Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())


def _hits(file: Path, known: set[str]) -> Iterator[str]:
    text = file.read_text(errors="replace")
    for secret in {*known, *LOOKS_SECRET.findall(text)}:
        if len(secret) >= SHORTEST and secret in text:
            yield f"{file}: {secret[:6]}…, {text.count(secret)} times"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
