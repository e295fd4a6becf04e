"""The examples of docs/adding-unit-names.md do what the page says, and mistakes in them are told as it says."""

import re
import subprocess
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fixtures.core import programs
from fixtures.core.tables import read_table
from fixtures.nodes import packages, roles, table_mistakes, unit_names
from fixtures.nodes.unit_names import UNIT_NAMES, nearest
from selftests import ROOT

PAGE = (ROOT / "docs" / "adding-unit-names.md").read_text()
FENCE = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNIT, DEPLOYER, PACKAGES, PROGRAMS = (tomllib.loads(text) for text in FENCE.findall(PAGE))
NOVA_COMPUTE = """#!/bin/sh
[ "$1" = list-unit-files ] && exec echo snap.openstack-hypervisor.nova-compute.service enabled
for each; do
    case $each in
        snap.openstack-hypervisor.nova-compute.service)
            printf 'Id=%s\\nLoadState=loaded\\nUnitFileState=disabled\\n' "$each"
            printf 'ActiveState=active\\nSubState=running\\n\\n' ;;
        *.service | *.socket | *.target) printf 'Id=%s\\nLoadState=not-found\\n\\n' "$each" ;;
    esac
done
"""


def with_deployer() -> dict[str, Any]:
    """As the page says: a copy of [debian], in which what is different is changed."""
    [(name, units)] = DEPLOYER.items()
    return {**UNIT_NAMES, name: {**UNIT_NAMES["debian"], **units}}


def merged(table: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {name: {**table.get(name, {}), **more.get(name, {})} for name in {**table, **more}}


def told(table: Path, mistakes: list[tuple[str, str, str]]) -> list[str]:
    return [f"ERROR: {table_mistakes._line(table, *mistake)}" for mistake in mistakes]


def test_the_tables_have_no_mistake() -> None:
    assert list(table_mistakes.in_unit_names(UNIT_NAMES)) == []
    assert list(table_mistakes.in_packages(packages.TABLES, UNIT_NAMES)) == []
    assert list(table_mistakes.in_programs(programs.TABLE)) == []
    assert list(table_mistakes.in_roles(roles.SERVICES, UNIT_NAMES)) == []


def test_nor_have_the_examples() -> None:
    distributions = {**with_deployer(), "suse": {}}
    assert list(table_mistakes.in_unit_names(merged(UNIT_NAMES, UNIT))) == []
    assert list(table_mistakes.in_unit_names(with_deployer())) == []
    assert list(table_mistakes.in_packages(merged(packages.TABLES, PACKAGES), distributions)) == []
    others = {
        package: names for package, names in programs.TABLE["debian"].items() if names not in (["virsh"], ["ping"])
    }
    assert list(table_mistakes.in_programs(merged(programs.TABLE, merged(PROGRAMS, {"alpine": others})))) == []


def test_a_node_of_the_deployer_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_names, "UNIT_NAMES", table := with_deployer())
    monkeypatch.setattr(unit_names.own_units, "__defaults__", (table,))
    assert nearest(["snap.openstack-hypervisor.nova-compute.service", "libvirtd.service"]) is table["sunbeam"]


def test_the_packages_of_the_example_name_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "TABLE", merged(programs.TABLE, PROGRAMS))
    assert programs.to_install("virsh").endswith(" or apk add libvirt-client (Alpine)")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The suite, to change its tables in."""
    listed = subprocess.run(
        ["tar", "-cf-", "conftest.py", "pyproject.toml", "fixtures", "tests", "docs"], cwd=ROOT, capture_output=True
    )
    subprocess.run(["tar", "-xf-"], cwd=tmp_path, input=listed.stdout, check=True)
    return tmp_path


def pytest_in(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ["-pno:cacheprovider", f"--report-dir={checkout / 'report'}", "--hosts=local://", "--role=compute=local"]
    run = [sys.executable, "-m", "pytest", *options, "tests/compute/test_compute_nodes.py", *arguments]
    return subprocess.run(run, cwd=checkout, capture_output=True, text=True)


def test_a_unit_of_the_deployer_is_found(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = checkout / "fixtures" / "nodes" / "unit_names.toml"
    lines = [f"{service} = {units}" for service, units in with_deployer()["sunbeam"].items()]
    table.write_text("\n".join([table.read_text(), "[sunbeam]", *lines]))
    systemctl = checkout / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(NOVA_COMPUTE)
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(systemctl.parent), prepend=":")
    done = pytest_in(checkout, "-k", "starts_at_boot and nova-compute")
    assert "local: snap.openstack-hypervisor.nova-compute.service is disabled" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("file", "added", "line"),
    [
        ("nodes/unit_names.toml", "[sunbeam]\n", "[sunbeam]: nova-compute is missing. Fix: add nova-compute ="),
        (
            "nodes/packages.toml",
            "[acme]\n",
            "[acme]: unit_names.toml has no such distribution. Fix: one of debian, rdo",
        ),
        (
            "core/programs.toml",
            "[alpine]\n",
            '[alpine]: ping is missing, which [debian] has. Fix: add PACKAGE = ["ping"]',
        ),
        ("nodes/unit_names.toml", "[sunbeam\n", "not TOML: Expected ']'"),
        ("core/programs.toml", "[debian]\n", "not TOML: Cannot declare ('debian',) twice"),
    ],
)
def test_a_mistake_ends_the_run_before_it_begins(checkout: Path, file: str, added: str, line: str) -> None:
    with (checkout / "fixtures" / file).open("a") as table:
        table.write(f"\n{added}")
    done = pytest_in(checkout)
    shown = done.stdout + done.stderr
    assert f"ERROR: fixtures/{file}: {line}" in shown, shown
    assert "Traceback" not in shown
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"nova-computee": ["x.service"]}, "[sunbeam]: no check asks for nova-computee."),
        ({"libvirt": "libvirtd.service"}, "[sunbeam] libvirt: 'libvirtd.service' is no list of units."),
        ({"libvirt": ["libvirtd"]}, "[sunbeam] libvirt: ['libvirtd'] is no list of units."),
        ({"libvirt": []}, "[sunbeam] libvirt: [] is no list of units."),
        (UNIT_NAMES["debian"], "[sunbeam]: no unit is its own, so no node is known by it."),
    ],
)
def test_a_wrong_unit_name_is_told(change: dict[str, Any], line: str) -> None:
    table = merged(with_deployer(), {"sunbeam": change})
    assert any(f": {line}" in each for each in told(unit_names.TABLE, list(table_mistakes.in_unit_names(table))))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"rdo": {"computer": [["x"]]}}, "[rdo]: computer is no role. Fix: one of every, client, block,"),
        ({"rdo": {"compute": [[]]}}, "[rdo] compute: [[]] is no list of lists."),
        ({"rdo": {"compute": "x"}}, "[rdo] compute: 'x' is no list of lists."),
        ({"kolla": {"compute": [["x"]]}}, "[kolla]: how to install a package there is missing. Fix: add kolla ="),
    ],
)
def test_a_wrong_package_is_told(change: dict[str, Any], line: str) -> None:
    table = merged(packages.TABLES, change)
    assert any(
        f": {line}" in each for each in told(packages.TABLE, list(table_mistakes.in_packages(table, UNIT_NAMES)))
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"rhel": {"jq": ["jq"]}}, "[debian]: jq is missing, which [rhel] has."),
        ({"debian": {"sed": "sed"}}, "[debian] sed: 'sed' is no list of programs."),
        ({"install": {"rhel": "dnf install"}}, "[rhel]: how to install a package there is missing."),
    ],
)
def test_a_wrong_program_is_told(change: dict[str, Any], line: str) -> None:
    table = merged(deepcopy(programs.TABLE), change)
    assert any(f": {line}" in each for each in told(programs.FILE, list(table_mistakes.in_programs(table))))


def test_the_lines_of_the_page_are_those_that_are_told() -> None:
    empty = list(table_mistakes.in_unit_names({**UNIT_NAMES, "sunbeam": {}}))
    flat = merged(packages.TABLES, {**PACKAGES, "suse": {"compute": ["openstack-nova-compute"]}})
    of_packages = list(table_mistakes.in_packages(flat, {**UNIT_NAMES, "suse": {}}))
    shown = [*told(unit_names.TABLE, empty), *told(packages.TABLE, of_packages)]
    given = [line for line in PAGE.splitlines() if line.startswith("ERROR: ")]
    assert len(given) == 2
    assert [line for line in given if line not in shown] == []


def test_what_is_in_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('nova-compute = ["nova-compute.service"]\n')
    with pytest.raises(
        pytest.UsageError, match=r"x\.toml: nova-compute is in no table\. Fix: move it below its \[NAME\]"
    ):
        read_table(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"compute": {}}, "[compute]: runs is missing. Fix: add runs"),
        (
            {"compute": {"runs": ["nova-computer"]}},
            "[compute] runs: unit_names.toml has no nova-computer. Fix: correct",
        ),
        ({"compute": {"runs": [], "run": ["nova-compute"]}}, "[compute] run: ['nova-compute'] is no list of services"),
    ],
)
def test_a_mistake_in_the_roles_is_told(table: dict[str, Any], told: str) -> None:
    [line] = [table_mistakes._line(roles.TABLE, *mistake) for mistake in table_mistakes.in_roles(table, UNIT_NAMES)]
    assert line.startswith(f"fixtures/nodes/roles.toml: {told}")
