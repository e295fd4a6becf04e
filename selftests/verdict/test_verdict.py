import json
import subprocess
import sys
import threading
from typing import Any

import pytest

from fixtures.report.terminal import verdict_lines
from fixtures.verdict.verdict import CLEAN_UP, Failure, Verdict
from selftests import ROOT
from selftests.patience import LONG
from selftests.report.verdict_schema import VERDICT

pytest_plugins = ["pytester"]

CONFTEST = """
pytest_plugins = [
    "fixtures.core.options",
    "fixtures.core.settings",
    "fixtures.verdict.requirements",
    "fixtures.verdict.order",
    "fixtures.verdict.resources",
    "fixtures.report.outcomes",
    "fixtures.session.blocking",
    "fixtures.report.terminal",
    "fixtures.session.termination",
    "fixtures.report.report_folder",
    "fixtures.report.run_problems",
    "fixtures.report.verdict_file",
]

from fixtures.session.resource import resource

@resource(row="GLA-1")
def image():
    assert False, "no image. Fix: look at Glance"
"""
NODES = """
import pytest

@pytest.mark.req("NOVA-6")
@pytest.mark.parametrize("node", ["compute1", "compute2"])
def test_runs(node):
    assert node == "compute1", f"{node}: nova-compute is dead. Fix: start it"
"""
WORKLOAD = """
import pytest

@pytest.mark.req("NOVA-14")
def test_server():
    pass

@pytest.mark.req("SWI-2")
def test_image(image, subtests):
    pass

@pytest.mark.req("SWI-1")
def test_container(subtests):
    with subtests.test("listed"):
        assert 0, "not listed. Fix: wait"
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini(
        "[pytest]\nmarkers =\n req(row): the row\n waits: blocked\n proves_cause: a cause\n after_a_reboot: later"
    )
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it_nodes=NODES, test_it_workload=WORKLOAD)
    return pytester


def _verdict(suite: pytest.Pytester) -> Any:
    told = json.loads((suite.path / "reports" / "latest" / "verdict.json").read_text())
    VERDICT.validate(told)
    return told


def test_causes_come_first_and_what_stands_on_them_is_not_started(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess().stdout.str().partition("what is wrong")[2]
    verdict = _verdict(suite)
    assert [cause["row"] for cause in verdict["root_causes"]] == ["NOVA-6", "GLA-1", "SWI-1"]
    assert verdict["root_causes"][0]["messages"] == ["compute2: nova-compute is dead. Fix: start it"]
    assert verdict["root_causes"][1]["messages"] == ["no image. Fix: look at Glance"]
    assert verdict["root_causes"][2]["messages"] == ["not listed. Fix: wait"]
    assert list(verdict["blocked"].values()) == ["blocked by NOVA-6 (--keep-going starts it all the same)"]
    assert shown.index("compute2: nova-compute is dead") < shown.index("no image")
    assert "1 checks blocked: what they depend on has failed" in shown


def test_a_cause_is_told_at_once_and_once(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_its_workload='import pytest\n@pytest.mark.req("GLA-1")\ndef test_image(image): pass')
    shown = suite.runpytest_subprocess().stdout.str().partition("= FAILURES")[0].partition("= ERRORS")[0]
    lines = [line for line in shown.splitlines() if ". Fix: " in line]
    assert lines == [
        "NOVA-6: compute2: nova-compute is dead. Fix: start it",
        "GLA-1: no image. Fix: look at Glance",
        "SWI-1: not listed. Fix: wait",
    ]


def test_keep_going_starts_all(suite: pytest.Pytester) -> None:
    suite.runpytest_subprocess("--keep-going")
    verdict = _verdict(suite)
    assert not verdict["blocked"]
    assert verdict["passed"] == 2


def test_a_healthy_cloud_has_no_causes(suite: pytest.Pytester) -> None:
    shown = suite.runpytest_subprocess("-k", "test_server or compute1").stdout.str()
    assert _verdict(suite)["root_causes"] == []
    assert "what is wrong" not in shown


def test_a_clean_up_that_fails_of_what_was_told_is_no_cause_of_its_own() -> None:
    told = [Failure("CIN-4", "a test", "still in-use"), Failure(CLEAN_UP, "a test", "still in-use")]
    assert Verdict(failures=told).failed_keys() == ["CIN-4"]
    assert Verdict(failures=[*told, Failure(CLEAN_UP, "a test", "still there")]).failed_keys() == ["CIN-4", CLEAN_UP]


LOGGED = ("compute1, nova-compute, 20:31:20: no disk left",)


def test_a_cause_that_no_node_tells_comes_with_the_services_own_words() -> None:
    verdict = Verdict(failures=[Failure("NOVA-14", "tests/test_it_workload.py::a", "ERROR", LOGGED)])
    assert verdict.logged_for("NOVA-14") == [*LOGGED]
    assert list(verdict_lines(verdict))[2:4] == ["   the services involved logged:", f"     {LOGGED[0]}"]


def symptom(row: str, first: str | None, logged: tuple[str, ...] = ()) -> Failure:
    return Failure(row, "tests/test_it_workload.py::a", "it is in ERROR", logged, symptom=True, first_error=first)


@pytest.mark.parametrize(
    ("first", "line"),
    [
        (LOGGED[0], f"the first error on the path was {LOGGED[0]}"),
        ("", "nothing on the path has logged an error that could be read"),
        (None, "no log was read: give the nodes (--hosts)"),
    ],
)
def test_where_no_check_tells_the_cause_that_is_said_and_counted(first: str | None, line: str) -> None:
    verdict = Verdict(failures=[symptom("NOVA-14", first), Failure("SWI-3", "tests/test_it_nodes.py::b", "stopped")])
    shown = [*verdict_lines(verdict)]
    assert shown[2] == f"   cause not found; {line}"
    assert shown[-1] == "1 root cause, 1 cause not found"


def test_a_first_error_is_told_once() -> None:
    more = "compute1, nova-compute, 20:31:19: Instance failed to spawn"
    shown = "\n".join(
        verdict_lines(Verdict(failures=[symptom("NOVA-14", f"{LOGGED[0]}: it is full", (*LOGGED, more))]))
    )
    assert shown.count("no disk left") == 1
    assert f"     {more}\n" in shown


def test_one_failure_that_tells_the_cause_is_enough() -> None:
    nodes = Failure("NOVA-14", "tests/test_it_nodes.py::b", "6640 is closed")
    verdict = Verdict(failures=[symptom("NOVA-14", ""), nodes, symptom("NEU-12", LOGGED[0])])
    assert [*verdict_lines(verdict)][-1] == "1 root cause, 0 causes not found"
    assert verdict.consequences_of("NOVA-14") == ["NEU-12"]


DISABLED = Failure("NEU-6.reboot", "tests/test_it_nodes.py::a", "disabled", seconds=1)
STOPPED = Failure("NEU-6", "tests/test_it_nodes.py::b", "stopped", seconds=2)


def test_what_is_lacking_after_a_reboot_is_told_with_what_is_lacking_now() -> None:
    verdict = Verdict(failures=[DISABLED, STOPPED, Failure("NEU-1", "tests/test_it_api.py::c", "not alive")])
    assert (verdict.messages_of("NEU-6"), verdict.consequences_of("NEU-6")) == (["disabled", "stopped"], ["NEU-1"])
    assert list(verdict_lines(verdict))[-1] == "1 root cause, 0 causes not found"


def test_it_is_a_cause_of_its_own_where_what_is_lacking_now_follows_from_another() -> None:
    verdict = Verdict(failures=[DISABLED, STOPPED, Failure("NEU-2", "tests/test_it_nodes.py::c", "no card")])
    assert (verdict.messages_of("NEU-6.reboot"), verdict.consequences_of("NEU-6.reboot")) == (["disabled"], [])
    assert (verdict.messages_of("NEU-2"), verdict.consequences_of("NEU-2")) == (["no card"], ["NEU-6"])


def test_nothing_is_blocked_for_what_is_lacking_after_a_reboot_alone() -> None:
    assert Verdict(failures=[DISABLED]).broken_under("NEU-6", "api") == []
    assert Verdict(failures=[DISABLED]).broken_under("NOVA-14") == []
    assert Verdict(failures=[DISABLED, STOPPED]).broken_under("NOVA-14") == ["NEU-6"]


AT_BOOT = """
import pytest

@pytest.mark.req("NEU-6")
@pytest.mark.after_a_reboot
def test_starts_at_boot():
    assert False, "disabled. Fix: enable it"
"""


def test_a_check_is_marked_as_one_of_what_comes_back_after_a_reboot(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_boot_nodes=AT_BOOT)
    suite.runpytest("test_boot_nodes.py")
    verdict = _verdict(suite)
    assert [(each["row"], each["key"]) for each in verdict["failures"]] == [("NEU-6", "NEU-6.reboot")]
    assert [each["row"] for each in verdict["root_causes"]] == ["NEU-6"]


def test_a_cause_that_a_node_tells_needs_no_more_words() -> None:
    nodes = Failure("NOVA-6", "tests/test_it_nodes.py::a", "stopped")
    verdict = Verdict(failures=[nodes, Failure("NOVA-6", "tests/test_it_api.py::b", "down", LOGGED)])
    assert verdict.logged_for("NOVA-6") == []


def test_where_a_node_tells_a_cause_the_words_are_those_of_the_workload() -> None:
    nodes = Failure("NOVA-10", "tests/test_it_nodes.py::a", "the clock is off")
    workload = Failure("NOVA-14", "tests/test_it_workload.py::b", "ERROR", LOGGED)
    verdict = Verdict(failures=[nodes, workload])
    assert verdict.consequences_of("NOVA-10") == ["NOVA-14"]
    assert verdict.logged_for("NOVA-10") == [*LOGGED]


def test_what_a_node_has_quoted_is_not_told_again() -> None:
    nodes = Failure("NOVA-10", "tests/test_it_nodes.py::a", 'not running. It says: "no disk left". Fix: start it')
    workload = Failure("NOVA-14", "tests/test_it_workload.py::b", "ERROR", LOGGED)
    assert Verdict(failures=[nodes, workload]).logged_for("NOVA-10") == []


def test_an_error_stands_below_one_cause_alone() -> None:
    others = ("controller, nova-api, 20:31:22: no disk left", "controller, glance-api, 20:31:22: it is full")
    image = Failure("GLA-1", "tests/test_it_workload.py::a", "no image", LOGGED)
    container = Failure("SWI-1", "tests/test_it_workload.py::b", "no container", others)
    verdict = Verdict(failures=[image, container])
    assert verdict.logged_for("GLA-1") == [*LOGGED]
    assert verdict.logged_for("SWI-1") == [others[1]]


COLLECTED = """
import pytest

LINES = '''== compute1
/var/log/glance/glance-api.log:
2026-11-22 20:31:20.500 5 ERROR glance.api [-] the store is full
/var/log/swift/proxy.log:
2026-11-22 20:31:21.500 5 ERROR swift.proxy [-] no device'''

@pytest.fixture(scope="session", autouse=True)
def lines(evidence):
    evidence.keep("errors logged since the run began", lambda: LINES)
"""


def test_the_words_are_those_of_the_services_of_the_row(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        CONFTEST.replace('"fixtures.report.terminal"', '"fixtures.report.terminal", "fixtures.verdict.evidence"')
        + COLLECTED
    )
    shown = suite.runpytest_subprocess().stdout.str()
    logged = {cause["row"]: cause["logged"] for cause in _verdict(suite)["root_causes"]}
    assert logged == {
        "NOVA-6": [],
        "GLA-1": ["compute1, glance-api, 20:31:20: the store is full"],
        "SWI-1": ["compute1, proxy, 20:31:21: no device"],
    }
    assert "the store is full" in shown.partition("what is wrong")[2]


ASKED = """
import pytest

@pytest.fixture(scope="session", autouse=True)
def asked(evidence):
    evidence.keep("services and agents", lambda: print("ASKED") or "all are up")
"""


@pytest.mark.parametrize("test", ["test_runs", "test_image", "test_container"])
def test_what_a_node_tells_is_told_before_others_are_asked(suite: pytest.Pytester, test: str) -> None:
    suite.makeconftest(
        CONFTEST.replace('"fixtures.report.terminal"', '"fixtures.report.terminal", "fixtures.verdict.evidence"')
        + ASKED
    )
    lines = suite.runpytest_subprocess("-s", "-k", test).stdout.lines
    told = next(number for number, line in enumerate(lines) if line.startswith(("NOVA-6: ", "GLA-1: ", "SWI-1: ")))
    asked = [number for number, line in enumerate(lines) if "ASKED" in line]
    assert (told < asked[0]) is (test == "test_runs")


LAST = """
import pathlib
import time

import pytest

@pytest.fixture
def cloud():
    yield
    while not pathlib.Path("is_read").exists():
        time.sleep(0.02)

@pytest.mark.req("NOVA-14")
def test_server(cloud):
    assert 0, "no server. Fix: make one"
"""


def test_a_cause_is_in_a_pipe_before_what_was_made_is_deleted(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a CI: the last one, too."""
    suite.makepyfile(test_last_workload=LAST)
    command = [sys.executable, "-m", "pytest", "-pno:cacheprovider", "test_last_workload.py"]
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with suite.popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        timer = threading.Timer(LONG, run.kill)
        timer.start()
        try:
            assert any(line.startswith(b"NOVA-14: no server") for line in run.stdout)
            assert timer.is_alive(), "it came when the run was killed"
        finally:
            (suite.path / "is_read").touch()
            run.stdout.read()
            timer.cancel()


API = """
import pytest

@pytest.fixture
def deadlines():
    return 60

@pytest.mark.req("NOVA-8")
@pytest.mark.waits
def test_that_waits(deadlines):
    pass

@pytest.mark.req("NOVA-8")
def test_at_once():
    pass

@pytest.mark.req("NEU-2")
@pytest.mark.waits
def test_of_other_ground(deadlines):
    pass
"""


def test_of_the_apis_checks_only_those_that_wait_are_blocked(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_it_api=API)
    suite.runpytest_subprocess("-k", "runs or api")
    assert [name.partition("::")[2] for name in _verdict(suite)["blocked"]] == ["test_that_waits"]


def test_a_check_that_waits_without_a_mark_is_told(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_it_api=API.replace("@pytest.mark.waits\n", ""))
    done = suite.runpytest_subprocess()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in done.errlines if line] == [
        f"ERROR: test_it_api.py::{name}: asks for deadlines, and is not marked as one that waits. "
        "Fix: add @pytest.mark.waits"
        for name in ("test_of_other_ground", "test_that_waits")
    ]


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_a_blocked_check_is_told_apart_by_its_property(suite: pytest.Pytester, workers: str) -> None:
    suite.makepyfile(
        test_it_workload="""
import pytest

@pytest.mark.req("NOVA-14")
def test_server():
    pass

@pytest.mark.req("NEU-2")
def test_other():
    pytest.skip("blocked by nobody")
"""
    )
    suite.runpytest_subprocess(workers, "--junitxml=junit.xml")
    told = _verdict(suite)
    assert [*told["blocked"]] == ["test_it_workload.py::test_server"]
    assert told["skipped"] == {"test_it_workload.py::test_other": "blocked by nobody"}
    assert '<property name="blocked by" value="NOVA-6" />' in (suite.path / "junit.xml").read_text()


MEMBERS = """
import pytest
from fixtures.session.resource import resource

@resource(row="NOVA-12")
def flavor():
    pytest.fail("no flavor. Fix: make one", pytrace=False)

@pytest.mark.req("NEU-2")
def test_guest(flavor):
    pass
"""


def test_a_resource_that_fails_by_itself_is_no_fault_of_the_check_that_asked(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_member_workload=MEMBERS)
    suite.runpytest_subprocess("test_member_workload.py")
    assert [cause["row"] for cause in _verdict(suite)["root_causes"]] == ["NOVA-12"]


WORDS = """
import pytest
from fixtures.core.waiting import WaitFailed

@pytest.mark.req("NOVA-11")
def test_that_gives_up():
    raise WaitFailed("image i1 to be active: it is killed. Fix: look")

@pytest.mark.req("NOVA-11")
def test_that_ends_itself():
    pytest.fail("no flavor. Fix: make one", pytrace=False)

@pytest.mark.req("NOVA-11")
def test_that_compares():
    assert [1] == [2], "one is not two. Fix: count"

@pytest.mark.req("NOVA-11")
def test_of_others():
    raise LookupError("nothing there")
"""


def test_our_own_errors_are_told_by_their_words_and_others_with_their_type(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_words_nodes=WORDS)
    suite.runpytest_subprocess("test_words_nodes.py")
    assert [failure["message"] for failure in _verdict(suite)["failures"]] == [
        "image i1 to be active: it is killed. Fix: look",
        "no flavor. Fix: make one",
        "one is not two. Fix: count",
        "LookupError: nothing there",
    ]


CLEAN_UPS = """
import pytest

@pytest.fixture
def server():
    yield
    assert 0, "server s1 is still there"

@pytest.fixture
def volume():
    yield
    raise OSError("volume v1: connection reset")

@pytest.mark.req("NOVA-14")
def test_of_both(server, volume):
    pass
"""


def test_each_clean_up_that_failed_speaks_for_itself(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_its_workload=CLEAN_UPS)
    suite.runpytest_subprocess("-k", "both")
    (cause,) = _verdict(suite)["root_causes"]
    assert cause["row"] == CLEAN_UP
    assert cause["messages"] == ["server s1 is still there", "OSError: volume v1: connection reset"]


NOBODYS = """
import errno
import subprocess
import pytest
from fixtures.core.programs import MissingProgram, Unusable

@pytest.fixture(scope="session")
def way_in():
    raise MissingProgram("compute1", Unusable("virsh", "no such program"))

@pytest.fixture
def pings():
    yield
    subprocess.run(["no-such-program"])

@pytest.mark.req("NOVA-6")
def test_of_a_node(way_in):
    pass

@pytest.mark.req("NOVA-11")
def test_of_this_machine():
    subprocess.run(["no-such-program"])

@pytest.mark.req("NOVA-11")
def test_of_the_cloud():
    assert 0, "closed. Fix: open it"

@pytest.mark.req("NEU-11")
def test_of_a_full_disk(subtests):
    with subtests.test("written"):
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/x")

@pytest.mark.req("GLA-1")
def test_that_ends_badly(pings):
    pass
"""
GUEST = """
import pytest

@pytest.mark.req("NEU-12")
def test_guest(way_in):
    pass

@pytest.fixture(scope="session")
def way_in():
    raise FileNotFoundError(2, "No such file or directory", "ssh-keygen")

@pytest.mark.req("NOVA-14")
def test_server():
    pass
"""


def test_what_fails_here_or_for_want_of_a_program_is_no_rows(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_nobodys_nodes=NOBODYS, test_nobodys_workload=GUEST)
    shown = suite.runpytest_subprocess("-k", "nobodys").stdout.str()
    causes = {cause["row"]: cause for cause in _verdict(suite)["root_causes"]}
    assert causes.keys() == {"missing-program", "runner", "NOVA-11"}
    assert causes["missing-program"]["consequences"] == ["NOVA-6"]
    assert causes["missing-program"]["messages"][0].startswith("compute1: virsh: no such program")
    assert causes["runner"]["consequences"] == ["NEU-11", "GLA-1", "NEU-12"]
    assert [told.partition(" on ")[0] for told in causes["runner"]["messages"]] == [
        "no-such-program",
        "/tmp/x",
        "ssh-keygen",
    ]
    assert causes["runner"]["page"] == ""
    assert "runner: no-such-program on the machine that runs the suite" in shown
    assert "missing-program: compute1: virsh" in shown
    assert _verdict(suite)["blocked"] == {}


CRASH = """
import os
import pytest

@pytest.mark.req("NOVA-14")
def test_that_ends_its_worker():
    os._exit(9)
"""


def test_a_worker_that_dies_is_a_failure_of_this_machine(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_crash_workload=CRASH)
    done = suite.runpytest_subprocess("-n1", "--max-worker-restart=0", "-k", "ends_its_worker")
    assert done.ret
    (cause,) = _verdict(suite)["root_causes"]
    assert cause["row"] == "runner"
    (message,) = cause["messages"]
    assert message.startswith("worker 'gw0' crashed while running")
    assert message.endswith("Fix: read dmesg on this machine (was memory short?), then run that test without -n")
    assert [failure["key"] for failure in _verdict(suite)["failures"]] == ["runner"]


def test_a_test_without_a_row_is_told_as_that(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_mine="def test_mine(): assert 0, 'broken'")
    suite.runpytest_subprocess("test_mine.py")
    [cause] = _verdict(suite)["root_causes"]
    assert (cause["row"], cause["title"], cause["page"]) == ("no-row", "Tests that belong to no row", "")


# What a cloud says where nothing but the workload fails
SYMPTOMS = """
import pytest
from openstack.exceptions import ConflictException, ForbiddenException, HttpException

from fixtures.core.proven import Proven
from fixtures.core.waiting import wait_for
from fixtures.session.resource import resource

def in_error(row):
    raise HttpException(row, http_status=500)

@resource(row="SWI-1")
def container():
    in_error("SWI-1")

@resource(row="KEY-1")
def project():
    raise ForbiddenException("Policy does not allow it", http_status=403)

@pytest.fixture
def left():
    yield
    assert 0, "server s1 is still there"

@pytest.mark.req("{row}")
@pytest.mark.proves_cause
def test_it({argument}):
    {body}
"""


@pytest.mark.parametrize(
    ("row", "body", "is_found"),
    [
        ("SWI-4", "assert 0, 'HTTP 200, expected 403'", True),
        ("SWI-4", "in_error('of an API')", False),
        ("NEU-10", "wait_for('a rule', dict, bool, 0, fix='restart it')", False),
        ("NEU-10", "wait_for('a rule', dict, bool, 0, fix=Proven('restart it'))", True),
        ("NEU-13", "wait_for('pings', dict, bool, 0, fix=lambda sizes: Proven('MTU') if sizes else 'all')", False),
        ("NOVA-14", "raise ForbiddenException('Quota exceeded for instances', http_status=403)", True),
        ("NEU-9", "raise ConflictException('Quota exceeded for resources: router', http_status=409)", True),
        ("NEU-9", "raise ConflictException('it is in use', http_status=409)", False),
        ("SWI-2", "raise HttpException('too large', http_status=413)", True),
    ],
)
def test_a_check_that_proves_its_cause_has_found_it(
    suite: pytest.Pytester, row: str, body: str, is_found: bool
) -> None:
    suite.makepyfile(test_its_workload=SYMPTOMS.format(row=row, argument="", body=body))
    suite.runpytest_subprocess("test_its_workload.py")
    [cause] = _verdict(suite)["root_causes"]
    assert (cause["row"], cause["cause_found"], cause["first_error"]) == (row, is_found, None)


@pytest.mark.parametrize(
    ("file", "argument", "row", "is_found"),
    [
        ("test_its_workload", "container", "SWI-1", False),
        ("test_its_api", "container", "SWI-1", False),  # to make one is to do what a user does
        ("test_its_api", "project", "KEY-1", True),
        ("test_its_workload", "left", CLEAN_UP, False),
    ],
)
def test_what_could_not_be_made_or_deleted_leaves_its_cause_open(
    suite: pytest.Pytester, file: str, argument: str, row: str, is_found: bool
) -> None:
    suite.makepyfile(**{file: SYMPTOMS.format(row="NEU-2", argument=argument, body="pass")})
    shown = suite.runpytest_subprocess(f"{file}.py").stdout.str()
    [cause] = _verdict(suite)["root_causes"]
    assert (cause["row"], cause["cause_found"]) == (row, is_found)
    assert ("cause not found; no log was read" in shown) is not is_found
    assert ("0 root causes, 1 cause not found" in shown) is not is_found


def test_the_first_error_is_that_of_the_failed_request_or_of_what_a_clean_up_left(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        CONFTEST.replace('"fixtures.report.terminal"', '"fixtures.report.terminal", "fixtures.verdict.evidence"')
        + COLLECTED.replace("glance.api [-]", "glance.api [req-00000001-1111-4222-8333-444444444444 u p - - -]")
    )
    body = "in_error('of req-00000001-1111-4222-8333-444444444444')"
    suite.makepyfile(test_its_workload=SYMPTOMS.format(row="NEU-12", argument="left", body=body))
    shown = suite.runpytest_subprocess("test_its_workload.py").stdout.str()
    first = {cause["row"]: cause["first_error"] for cause in _verdict(suite)["root_causes"]}
    line = "compute1, glance-api, 20:31:20: the store is full"
    assert first == {"NEU-12": line, CLEAN_UP: line}
    assert f"cause not found; the first error on the path was {line}" in shown


def test_only_checks_of_workloads_have_to_prove_a_cause() -> None:
    marked = {file.stem.rpartition("_")[2] for file in ROOT.glob("tests/*/*.py") if "proves_cause" in file.read_text()}
    assert marked == {"workload"}
