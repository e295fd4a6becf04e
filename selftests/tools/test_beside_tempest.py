"""What is told of Tempest, and what Tempest is told."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg

from fixtures.verdict.requirement_docs import PAGES
from selftests.tools.beside_tempest import both, configuration, facts, needs, scenarios, told

PASSWORD = 'se"c$ret #1'
FACTS = facts.Facts(
    keystone="http://controller:5000/v3",
    names={
        "username": "admin",
        "user_domain_name": "Default",
        "project_name": "admin",
        "project_domain_name": "Default",
    },
    password=PASSWORD,
    default_domain="default",
    region="RegionOne",
    interface="public",
    cacert="",
    is_verified=True,
    types={"nova": "compute", "glance": "image", "neutron": "network", "cinder": "volumev3"},
    versions={"nova": "2.93"},
    roles=frozenset({"_member_", "admin"}),
    external=("4711", "provider"),
    external_subnet="",
    extensions=("net-mtu", "port-security"),
    compute_nodes=2,
    has_backup=False,
)
NEEDS = needs.Needs(("image", "other-image"), ("flavor", "larger-flavor"))
OUTPUT = """\
{0} tempest.scenario.test_network_basic_ops.TestNetworkBasicOps.test_network_basic_ops [61.520000s] ... ok
{1} tempest.scenario.test_network_basic_ops.TestNetworkBasicOps.test_mtu_sized_frames [30.100000s] ... ok
{0} setUpClass (tempest.scenario.test_dashboard_basic_ops.TestDashboardBasicOps) ... SKIPPED: no Horizon here
{0} tempest.scenario.test_stamp_pattern.TestStampPattern.test_stamp_pattern [102.000000s] ... FAILED

Captured traceback:
~~~~~~~~~~~~~~~~~~~
    Traceback (most recent call last):

    tempest.lib.exceptions.TimeoutException: the first time it is told

==============================
Failed 1 tests - output below:
==============================

tempest.scenario.test_stamp_pattern.TestStampPattern.test_stamp_pattern[compute,id-10fd234a,slow]
-------------------------------------------------------------------------------------------------

Captured pythonlogging:
~~~~~~~~~~~~~~~~~~~~~~~
    2026-11-26 20:51:09 13698 INFO something else

Captured traceback:
~~~~~~~~~~~~~~~~~~~
    Traceback (most recent call last):

      File "/venv/tempest/scenario/test_stamp_pattern.py", line 118, in test_stamp_pattern
    timestamp = self.create_timestamp(

    tempest.lib.exceptions.SSHExecCommandFailed: mkfs: not found


======
Totals
======
Ran: 4 tests in 200.0000 sec.
"""
LOG = """\
2026-11-26 20:51:01.956 13698 INFO tempest [-] Using tempest config file /tmp/x/tempest.conf
2026-11-26 20:51:02.101 13698 INFO tempest.lib.common.rest_client [req-1 req-1 ] Request (TestStampPattern:setUpClass): 201 POST http://controller:5000/v3/auth/tokens 0.521s
2026-11-26 20:51:02.201 13698 INFO tempest.lib.common.rest_client [req-2 ] Request (TestStampPattern:test_stamp_pattern): 202 POST http://controller:8774/v2.1/servers 0.9s
2026-11-26 20:51:02.301 13698 INFO tempest.lib.common.rest_client [req-3 ] Request (TestStampPattern:test_stamp_pattern): 200 GET http://controller:8774/v2.1/servers/1 0.1s
2026-11-26 20:51:02.401 13698 INFO tempest.lib.common.rest_client [-] Request (None): 202 POST http://controller:8774/v2.1/servers/1/action 0.1s
2026-11-26 20:51:02.401 13698 WARNING tempest.scenario.manager [-] Request (of something else): 200 GET nowhere
"""  # noqa: E501


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "guest.img").write_bytes(b"QFI\xfb" + bytes(60))
    return tmp_path / "guest.img"


@pytest.fixture
def tempest_conf(tmp_path: Path, image: Path) -> Path:
    file = tmp_path / "tempest.conf"
    configuration.write(file, configuration.sections(FACTS, NEEDS, image, "cirros", tmp_path, scale=2))
    return file


def read(file: Path, options: dict[str, cfg.Opt]) -> dict[str, Any]:
    """As Tempest's own library reads it; by section."""
    conf = cfg.ConfigOpts()
    for section, option in options.items():
        conf.register_opt(option, group=section)
    conf([], default_config_files=[str(file)])
    return {section: conf[section][option.dest] for section, option in options.items()}


def test_configuration_is_read_back_as_it_was_meant(tempest_conf: Path, image: Path) -> None:
    options = {
        "auth": cfg.StrOpt("admin_password"),
        "compute": cfg.IntOpt("build_timeout"),
        "compute-feature-enabled": cfg.BoolOpt("live_migration"),
        "network-feature-enabled": cfg.ListOpt("api_extensions"),
        "service_available": cfg.BoolOpt("swift"),
        "volume": cfg.StrOpt("catalog_type"),
        "object-storage": cfg.StrOpt("operator_role"),
        "scenario": cfg.StrOpt("img_file"),
    }
    assert read(tempest_conf, options) == {
        "auth": PASSWORD,
        "compute": 600,
        "compute-feature-enabled": True,
        "network-feature-enabled": ["net-mtu", "port-security"],
        "service_available": False,
        "volume": "volumev3",
        "object-storage": "_member_",
        "scenario": str(image),
    }


def test_nobody_else_reads_the_configuration(tempest_conf: Path) -> None:
    assert tempest_conf.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in repr(FACTS)


def test_a_value_of_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="one line"):
        configuration.text({"auth": {"admin_password": "a\n[DEFAULT]"}})


def test_tempest_gets_no_credentials_from_the_environment(tmp_path: Path) -> None:
    inherited = {"OS_PASSWORD": "x", "OS_CLIENT_CONFIG_FILE": "x", "PYTEST_ADDOPTS": "x", "PATH": "/bin", "LANG": "C"}
    assert both.environment(inherited, Path("/venv"), tmp_path, 1200.0) == {
        "LANG": "C",
        "PATH": "/venv/bin:/bin",
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHON": "/venv/bin/python",
        "OS_TEST_TIMEOUT": "1200",
    }


def test_what_a_run_says_is_kept_without_secrets(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    words = [sys.executable, "-c", "print('admin_password = verysecret'); raise SystemExit(3)"]
    assert both.ended(words, tmp_path, {}, output) == 3
    assert output.read_text() == "admin_password = ***\n"
    assert output.stat().st_mode & 0o777 == 0o600


def test_what_tempest_did_is_counted() -> None:
    done = told.tempest(OUTPUT, LOG, 1, 200.4, "tempest 1")
    assert (done.calls, done.servers, done.passed, done.failed, done.skipped) == (4, 1, 2, 1, 1)
    assert done.by_part == {
        "test_network_basic_ops": "92 s, 2 passed",
        "test_dashboard_basic_ops": "0 s, 1 skipped",
        "test_stamp_pattern": "102 s, 1 failed",
    }
    assert done.failures == [
        "tempest.scenario.test_stamp_pattern.TestStampPattern.test_stamp_pattern: "
        "tempest.lib.exceptions.SSHExecCommandFailed: mkfs: not found"
    ]


def test_why_a_test_was_skipped_is_known() -> None:
    assert [each.why for each in told.results(OUTPUT) if each.state == "SKIPPED"] == ["no Horizon here"]


def test_what_the_suite_did_is_counted(tmp_path: Path) -> None:
    verdict = {
        "passed": 9,
        "failures": [{"row": "CIN-3", "message": "volume v: error\nand more"}],
        "skipped": {"a": ""},
        "blocked": {"b": "", "c": ""},
        "rows": {"CIN-3": "cause"},
    }
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    last = "run 214 s; round trips: guests 30; API calls 512 (2 sent again); servers booted 4\n"
    done = told.suite(
        f"first\n{last}",
        tmp_path,
        1,
        230,
    )
    assert (done.calls, done.servers, done.passed, done.failed, done.skipped) == (512, 4, 9, 3, 1)
    assert done.failures == ["CIN-3: volume v: error"]


def test_a_suite_that_could_not_begin_says_why(tmp_path: Path) -> None:
    done = told.suite("OS_CLOUD=x: no such cloud\n\n", tmp_path, 4, 2)
    assert (done.failures, done.calls) == (["OS_CLOUD=x: no such cloud"], 0)


def test_the_table_has_both_and_what_is_left() -> None:
    tempest = told.tempest(OUTPUT, LOG, 1, 200.4, "tempest 1")
    tempest.left = ["added volume 1 (tempest-x)"]
    suite = told.Outcome("this suite", 0, 100, 500, 4, 50, 0, 2, {"NEU-8": "passed", "CIN-3": "passed"})
    lines = told.table([tempest], [suite]).splitlines()
    assert lines[1].split() == ["tempest", "1", "1", "200", "1", "4", "2", "1", "1", "1"]
    assert lines[2].split() == ["this", "suite", "0", "100", "4", "500", "50", "0", "2", "0"]
    assert "test_stamp_pattern: 102 s, 1 failed; this suite: CIN-3 passed, CIN-4 not run, CIN-5 not run" in lines
    assert "test_dashboard_basic_ops: 0 s, 1 skipped; this suite: no row proves it" in lines
    assert lines[-1] == "tempest 1 left: added volume 1 (tempest-x)"


def test_a_run_without_a_partner_is_told_too() -> None:
    assert "NEU-8 not run" in told.table([told.tempest(OUTPUT, LOG, 1, 200, "tempest 1")], [])


def test_each_row_has_a_page() -> None:
    assert [row for row in scenarios.rows(list(scenarios.PROVEN_BY)) if not (PAGES / f"{row}.md").exists()] == []


def test_only_the_chosen_scenarios_are_selected() -> None:
    assert scenarios.regex(["test_a", "test_b"]) == r"^tempest\.scenario\.(test_a|test_b)\."
    assert scenarios.rows(["test_stamp_pattern", "test_volume_boot_pattern"]) == ["CIN-3", "CIN-4", "CIN-5"]
