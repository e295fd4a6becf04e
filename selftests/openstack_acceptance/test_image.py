"""The image, as far as it can be seen without building it; container/build calls programs that only write down how."""

import re
import shlex
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

from fixtures.core.programs import TABLE
from fixtures.preflight.runner_programs import RUN_BY
from selftests import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text().replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in CONTAINERFILE.splitlines() if line and not line.startswith("#")]
FOLDER = ROOT / "container"
PACKAGES = [line for line in (FOLDER / "packages").read_text().splitlines() if not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / "docs" / "command.md").read_text()
TO_REACH_NODES = {"ssh", "sshpass"}
"""As fixtures/preflight/runner_programs.py has it."""
DEBIANS_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
"""Source: Debian Policy, 5.6.7."""
OF_A_SHELL = ("dirname", "env", "grep", "ls", "mktemp", "paste", "printenv", "rm", "sed", "sh", "sort", "touch")
TOLD = "touch {folder}/base.tar; printf '%s\\n' \"$(basename $0) $*\" >> {folder}/told"


def of(instruction: str) -> list[str]:
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


def test_what_is_copied_is_there() -> None:
    own = [words.split()[0] for words in of("COPY") if "--from=" not in words]
    assert own
    assert [path for path in own if not (ROOT / path).exists()] == []


def test_each_stage_is_made_of_one_before_or_of_the_base() -> None:
    known = {"${BASE}"}
    for words in map(str.split, of("FROM")):
        assert words[0] in known
        known.add(words[-1])
    for source in re.findall(r"--from=(\S+)", CONTAINERFILE):
        assert source in known


def test_each_argument_that_is_given_is_declared() -> None:
    given = set(re.findall(r"--build-arg[ \"]+([A-Z_]+)=", (FOLDER / "build").read_text() + PAGE))
    assert {"BASE", "EXTRAS", "PIP_NO_INDEX"} <= given
    assert given <= {line.partition("=")[0] for line in of("ARG")}


def test_the_packages_are_names() -> None:
    assert sorted(set(PACKAGES)) == PACKAGES
    assert [name for name in PACKAGES if not DEBIANS_NAME.fullmatch(name)] == []


@pytest.mark.parametrize("program", sorted(TO_REACH_NODES.union(*RUN_BY.values())))
def test_the_package_of_each_program_that_the_suite_runs_is_in_it(program: str) -> None:
    assert [name for name in PACKAGES if program in TABLE["debian"].get(name, ())] != []


def test_the_base_is_the_debian_whose_python_the_suite_takes() -> None:
    assert "docker.io/library/debian:12" in CONTAINERFILE
    assert "mmdebstrap --variant=minbase" in (FOLDER / "build").read_text()
    assert PROJECT["requires-python"] == ">=3.11", "Debian 12 has 3.11: the image needs another base"


def test_each_library_that_is_installed_is_of_the_version_that_was_tried() -> None:
    """Those that the libraries need in turn, too: else two builds of one commit are two images."""
    assert any("--constraint /source/constraints.txt" in run for run in of("RUN"))
    pinned = {normal(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert needed(PROJECT["dependencies"]) - pinned == set()


def normal(name: str) -> str:
    """As PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(lines: list[str]) -> set[str]:
    """The distributions of the requirements, and what these need on this Python."""
    found: set[str] = set()
    while lines:
        line = lines.pop()
        name = normal(re.split(r"[^\w.-]", line)[0])
        if name in found or "extra ==" in line:
            continue
        try:
            lines += requires(name) or []
        except PackageNotFoundError:
            assert ";" in line, f"{name} is not installed"  # of another Python, or another system
            continue
        found.add(name)
    return found


def test_it_starts_the_command_as_a_user_of_its_own() -> None:
    assert of("ENTRYPOINT") == ['["openstack-acceptance"]']
    assert "openstack-acceptance" in PROJECT["scripts"]
    assert of("USER") == ["acceptance"]
    assert of("WORKDIR") == ["/work"]


def test_the_page_runs_it_as_it_is_built() -> None:
    [uid] = re.findall(r"useradd .*--uid (\d+) acceptance", CONTAINERFILE)
    assert f"--userns=keep-id:uid={uid},gid={uid}" in PAGE
    mounted = {path.split(":")[1] for path in re.findall(r'--volume "([^"]+)"', PAGE)}
    assert {"/work", "/home/acceptance/.ssh", "/home/acceptance/.config/openstack"} <= mounted


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what container/build reads, and a PATH of a shell's own programs."""
    shutil.copytree(FOLDER, tmp_path / "checkout" / "container", ignore=shutil.ignore_patterns("wheels"))
    (tmp_path / "bin").mkdir()
    for name in (*OF_A_SHELL, "basename"):
        found = shutil.which(name)
        assert found
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path / "checkout"


def program(checkout: Path, name: str, also: str = "") -> None:
    """One that writes down its words."""
    file = checkout.parent / "bin" / name
    file.write_text(f"#!/bin/sh\n{TOLD.format(folder=shlex.quote(str(checkout.parent)))}\n{also}\n")
    file.chmod(0o755)


def build(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout.parent), **variables}
    script = ["/bin/sh", str(checkout / "container" / "build"), *words]
    return subprocess.run(script, env=environment, capture_output=True, text=True)


def told(checkout: Path) -> list[str]:
    file = checkout.parent / "told"
    return file.read_text().splitlines() if file.exists() else []


def test_without_an_engine_it_says_what_to_install(checkout: Path) -> None:
    done = build(checkout)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "container/build: neither podman nor buildah is here. Fix: apt install podman\n"


@pytest.mark.parametrize("engine", ["podman", "buildah"])
def test_a_base_that_is_there_is_taken(checkout: Path, engine: str) -> None:
    program(checkout, engine)
    assert build(checkout, "mine", BASE="of-mine").returncode == 0
    *_, last = told(checkout)
    assert last.startswith(f"{engine} build ")
    assert "--tag mine --file Containerfile --build-arg BASE=of-mine" in last
    assert last.endswith(" .")


MISSING = {"podman": 'case "$*" in "image exists"*) exit 1;; esac', "buildah": 'case "$1" in inspect) exit 1;; esac'}
SOURCES = """cat <<'END'
Debian|deb http://archive.test/debian bookworm main
Debian|deb http://archive.test/debian trixie main
|deb http://other.test/debian bookworm main
Debian-Security|deb http://archive.test/security bookworm-security main
END"""


@pytest.mark.parametrize("engine", MISSING)
def test_a_base_is_made_of_debians_packages_alone(checkout: Path, engine: str) -> None:
    program(checkout, engine, MISSING[engine])
    program(checkout, "apt-get", SOURCES)
    program(checkout, "mmdebstrap", 'cp "$5" "$(dirname $0)/../sources"')
    for name in ("cat", "cp"):
        (checkout.parent / "bin" / name).symlink_to(str(shutil.which(name)))
    done = build(checkout)
    assert done.returncode == 0, done.stderr
    [made] = [line for line in told(checkout) if line.startswith("mmdebstrap ")]
    assert f"--include={','.join(PACKAGES)} bookworm " in made
    assert (checkout.parent / "sources").read_text().splitlines() == [
        "deb http://archive.test/debian bookworm main",
        "deb http://archive.test/security bookworm-security main",
    ]
    assert not Path(made.split()[-1]).parent.exists()
    assert told(checkout)[-1].startswith(f"{engine} build ")


def test_a_machine_without_such_sources_is_told_before_anything_is_made(checkout: Path) -> None:
    program(checkout, "podman", MISSING["podman"])
    program(checkout, "apt-get")
    program(checkout, "mmdebstrap")
    done = build(checkout)
    assert done.returncode == 2
    assert "no Debian 12 (bookworm). Fix: apt-get update, or BASE=IMAGE" in done.stderr
    assert [line.split()[0] for line in told(checkout)] == ["podman", "apt-get"]


def test_the_way_to_the_index_is_lent_and_no_password_is_on_a_command_line(checkout: Path) -> None:
    program(checkout, "podman")
    (checkout.parent / "pip.conf").write_text("[global]\nindex-url = https://user:secret@index.test/simple\n")
    given = {"PIP_INDEX_URL": "https://user:secret@index.test/simple", "PIP_TRUSTED_HOST": ""}
    assert build(checkout, PIP_CONFIG_FILE=str(checkout.parent / "pip.conf"), **given).returncode == 0
    *_, last = told(checkout)
    assert "--build-arg PIP_INDEX_URL --secret" in last
    assert f"--secret id=pip.conf,src={checkout.parent}/pip.conf" in last
    assert "PIP_TRUSTED_HOST" not in last
    assert "secret@" not in last


def test_where_wheels_are_given_no_index_is_asked(checkout: Path) -> None:
    program(checkout, "podman")
    (checkout / "container" / "wheels").mkdir()
    (checkout / "container" / "wheels" / "click-8.5.1-py3-none-any.whl").touch()
    assert build(checkout, PIP_INDEX_URL="https://index.test/simple", EXTRAS="[report]").returncode == 0
    *_, last = told(checkout)
    assert "--build-arg EXTRAS=[report] --build-arg PIP_NO_INDEX=1 ." in last
    assert "--secret" not in last
