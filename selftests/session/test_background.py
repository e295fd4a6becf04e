import threading
from ast import literal_eval
from contextlib import nullcontext

import pytest

from fixtures.core import waiting
from selftests import ROOT
from selftests.patience import LONG

pytest_plugins = ["pytester"]

SUITE = """
import threading

import pytest
from fixtures.session.prefetch import prefetch

pytest_plugins = ["fixtures.session.background"]
told, server_is_there = [], threading.Event()

@prefetch(row="NOVA-14")
def network(run):
    told.append(f"network {run} {threading.current_thread() is threading.main_thread()}")
    yield "network"
    told.append("network gone")

@prefetch(row="NOVA-14")
def server(network):
    told.append(f"server in {network}")
    server_is_there.set()
    yield "server"
    told.append("server gone")

@prefetch(row="NOVA-14")
def broken(network):
    raise ValueError("out of servers")
    yield

@prefetch(row="NOVA-14")
def inapplicable(network):
    pytest.skip("one compute node only")
    yield

@pytest.fixture(scope="session")
def run():
    return 7

def pytest_unconfigure():
    print("TOLD", told)
"""


@pytest.fixture(autouse=True)
def _suite_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def _ran(pytester: pytest.Pytester, tests: str, *options: str) -> str:
    pytester.makeconftest(SUITE)
    pytester.makepyfile(tests)
    return pytester.runpytest_subprocess("-s", *options).stdout.str()


def test_resource_is_made_in_the_background_and_ended_after_what_needs_it(pytester: pytest.Pytester) -> None:
    shown = _ran(pytester, "def test_first(): pass\ndef test_second(server, network): assert server == 'server'")
    assert "2 passed" in shown
    assert "TOLD ['network 7 False', 'server in network', 'server gone', 'network gone']" in shown


def test_what_no_test_came_to_ask_for_is_ended_all_the_same(pytester: pytest.Pytester) -> None:
    wait = f"import conftest\n    assert conftest.server_is_there.wait({LONG})"
    tests = f"def test_first(network):\n    {wait}\n    assert 0\ndef test_second(server): pass"
    assert "'server gone', 'network gone']" in _ran(pytester, tests, "-x")


def test_what_does_not_apply_skips_whoever_asks_for_it(pytester: pytest.Pytester) -> None:
    tests = (
        "def test_first(network): pass\ndef test_second(inapplicable): assert 0\ndef test_third(inapplicable): assert 0"
    )
    shown = _ran(pytester, tests, "-rs")
    assert "1 passed, 2 skipped" in shown
    assert shown.count("one compute node only") >= 1


def test_what_is_not_needed_is_not_made(pytester: pytest.Pytester) -> None:
    assert "server in" not in _ran(pytester, "def test_first(network): pass\ndef test_second(run): pass")


def test_failure_is_told_to_the_test_that_asks(pytester: pytest.Pytester) -> None:
    shown = _ran(pytester, "def test_first(network): pass\ndef test_second(broken): pass")
    assert "ValueError: out of servers" in shown
    assert "1 passed" in shown and "1 error" in shown
    assert "'network gone']" in shown


def test_what_goes_wrong_in_the_end_is_told(pytester: pytest.Pytester) -> None:
    suite = SUITE.replace('told.append("server gone")', 'raise ValueError("still there")')
    pytester.makeconftest(suite)
    pytester.makepyfile("def test_first(server): pass")
    shown = pytester.runpytest_subprocess("-s").stdout.str()
    assert "ValueError: still there" in shown
    assert "'network gone']" in shown
    assert "1 passed" in shown and "1 error" in shown


def test_what_does_not_hang_on_each_other_is_ended_side_by_side(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
import threading
from fixtures.session.prefetch import prefetch
pytest_plugins = ["fixtures.session.background"]
both = threading.Barrier(2, timeout=300)
@prefetch(row="NOVA-14")
def image():
    yield
    both.wait()
@prefetch(row="NOVA-14")
def network():
    yield
    both.wait()
""")
    pytester.makepyfile("def test_it(image, network): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize("is_for_later", [True, False])
def test_only_what_is_made_for_later_is_abandoned(is_for_later: bool) -> None:
    abandoned = threading.Event()
    abandoned.set()
    token = waiting.ABANDONED.set(abandoned if is_for_later else None)
    seen = iter([False, False, True])
    try:
        with pytest.raises(waiting.WaitFailed) if is_for_later else nullcontext():
            waiting.wait_for("it", lambda: next(seen), bool, 10, fix="wait", sleep=lambda _: None)
    finally:
        waiting.ABANDONED.reset(token)


LATE = """
from fixtures.verdict.verdict import VERDICT, Failure, Verdict

@prefetch(row="CIN-3", begin="workload")
def volume(network):
    told.append("volume")
    yield "volume"
    told.append("volume gone")

@prefetch(row="CIN-3", begin="workload")
def volume_server(volume):
    told.append("volume_server")
    yield "volume_server"

def pytest_configure(config):
    config.stash[VERDICT] = Verdict(failures=[Failure(key, "test_a_nodes.py::test", "") for key in FAILED])

@pytest.fixture
def on_a_node():
    told.append("on a node")
"""


def _ran_late(pytester: pytest.Pytester, failed: list[str], workload: str) -> str:
    pytester.makeconftest(f"{SUITE}\nFAILED = {failed}\n{LATE}")
    pytester.makepyfile(test_a_nodes="def test_node(on_a_node): pass", test_b_workload=workload)
    return pytester.runpytest_subprocess("-s").stdout.str()


def test_late_resource_is_begun_with_the_first_workload(pytester: pytest.Pytester) -> None:
    workload = "def test_guest(network): pass\ndef test_disk(volume_server): pass"
    shown = _ran_late(pytester, [], workload)
    assert "3 passed" in shown
    told = literal_eval(shown.partition("TOLD ")[2].splitlines()[0])
    told.remove("network 7 False")  # is made beside the checks of nodes, before or after them
    assert told == ["on a node", "volume", "volume_server", "volume gone", "network gone"]


def test_late_resource_on_broken_ground_is_not_begun(pytester: pytest.Pytester) -> None:
    workload = "import pytest\n@pytest.mark.skip\ndef test_disk(volume_server): pass\ndef test_guest(network): pass"
    shown = _ran_late(pytester, ["CIN-1"], workload)
    assert "2 passed, 1 skipped" in shown
    assert "'volume'" not in shown and "'volume_server'" not in shown


def test_late_resource_on_broken_ground_is_made_for_who_asks_all_the_same(pytester: pytest.Pytester) -> None:
    shown = _ran_late(pytester, ["CIN-1"], "def test_disk(volume_server): pass")
    assert "2 passed" in shown and "'volume_server', 'volume gone'" in shown


def test_late_resource_that_no_workload_came_to_ask_for_is_never_made(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(f"{SUITE}\nFAILED = []\n{LATE}")
    pytester.makepyfile(test_a_nodes="def test_node(): assert 0", test_b_workload="def test_disk(volume): pass")
    assert "'volume'" not in pytester.runpytest_subprocess("-s", "-x").stdout.str()


CHAIN = """
import pytest
from fixtures.session.prefetch import prefetch
pytest_plugins = ["fixtures.session.background"]
told, looking, looked = [], threading.Event(), threading.Event()

@prefetch(row="NOVA-17")
def guest():
    return told

@prefetch(row="NOVA-17")
def look(guest):
    looking.set()
    looked.wait(300)
    told.append("looked")
    LOOK
    return [*told]

@prefetch(row="NOVA-18", after=("look", "guest"))
def move(guest):
    told.append("moved")
    return [*told]
"""


def _chained(pytester: pytest.Pytester, look: str, tests: str) -> pytest.RunResult:
    pytester.makeconftest("import threading\n" + CHAIN.replace("LOOK", look))
    pytester.makepyfile("import conftest\n" + tests)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


FIRST = "def test_first():\n    assert conftest.looking.wait(300)\n    conftest.looked.set()\n"


def test_what_comes_after_a_look_waits_for_it(pytester: pytest.Pytester) -> None:
    tests = f"{FIRST}def test_it(move, look):\n    assert (look, move) == (['looked'], ['looked', 'moved'])"
    _chained(pytester, "", tests).assert_outcomes(passed=2)


def test_what_comes_after_a_look_that_failed_is_made_all_the_same(pytester: pytest.Pytester) -> None:
    tests = f"{FIRST}def test_look(look): pass\ndef test_move(move):\n    assert move == ['looked', 'moved']"
    _chained(pytester, "raise ValueError('blind')", tests).assert_outcomes(passed=2, errors=1)


def test_what_comes_after_a_look_that_nobody_asks_for_does_not_wait(pytester: pytest.Pytester) -> None:
    _chained(pytester, "", "def test_it(move):\n    assert move == ['moved']").assert_outcomes(passed=1)


def test_a_chain_ends_where_it_is_when_nobody_wants_it_any_more(pytester: pytest.Pytester) -> None:
    tests = f"{FIRST}    assert 0\ndef test_it(move, look): pass"
    look = "__import__('fixtures.core.waiting').core.waiting.ABANDONED.get().wait(300)"
    pytester.makeconftest(
        "import threading\n" + CHAIN.replace("LOOK", look) + "\ndef pytest_unconfigure():\n    print('TOLD', told)"
    )
    pytester.makepyfile("import conftest\n" + tests)
    assert "TOLD ['looked']" in pytester.runpytest_subprocess("-s", "-x", "-p", "no:cacheprovider").stdout.str()


RATHER = CHAIN.replace('after=("look", "guest")', 'rather_after=("look",)')


@pytest.mark.parametrize(("precedence", "told"), [(300, ["looked", "moved"]), (0, ["moved"])])
def test_what_comes_rather_after_something_waits_for_it_only_for_a_while(
    precedence: float, told: list[str], pytester: pytest.Pytester
) -> None:
    waited = f"from fixtures.session import background\nbackground.PRECEDENCE = {precedence}\nimport threading\n"
    pytester.makeconftest(waited + RATHER.replace("LOOK", ""))
    begin = "    conftest.looked.set()\n" if precedence else ""
    end = "" if precedence else "    conftest.looked.set()\n"
    tests = f"def test_it(request):\n    assert conftest.looking.wait(300)\n{begin}"
    tests += f"    assert request.getfixturevalue('move') == {told}\n{end}def test_look(look): pass"
    pytester.makepyfile("import conftest\n" + tests + "\ndef test_move(move): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


SHORT = """
from fixtures.session.prefetch import prefetch
pytest_plugins = ["fixtures.session.background"]
told, gone = [], threading.Event()

@prefetch(row="NOVA-14")
def image():
    yield
    told.append("image gone")

@prefetch(row="CIN-3", begin="workload")
def volume(image):
    yield
    told.append("volume gone")
    gone.set()

@prefetch(row="CIN-4", begin="workload")
def attached(volume):
    yield
    told.append("detached")

@prefetch(row="CIN-4", begin="workload")
def text(attached):
    return "text"
"""


@pytest.mark.parametrize("outcome", ["pass", "assert 0"])
def test_what_nobody_asks_for_any_more_is_ended_before_the_end(pytester: pytest.Pytester, outcome: str) -> None:
    pytester.makeconftest("import threading\n" + SHORT)
    tests = f"def test_text(text, image): {outcome}\ndef test_next(): assert conftest.gone.wait(300)\n"
    shared = "def test_shared(): assert conftest.told == ['detached', 'volume gone']"
    pytester.makepyfile(test_a_workload=f"import conftest\n{tests}{shared}")
    passed = 3 if outcome == "pass" else 2
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=passed, failed=3 - passed)


def test_what_another_stands_on_is_not_ended_before_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import threading\n" + SHORT)
    tests = "def test_volume(volume): pass\ndef test_next(): pass\ndef test_text(text): assert not conftest.told"
    pytester.makepyfile(test_a_workload=f"import conftest\n{tests}")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


REFUSED = """
from fixtures.verdict.verdict import VERDICT, Failure, Verdict

def pytest_configure(config):
    config.stash[VERDICT] = Verdict(failures=[Failure("CIN-4", "test_a_nodes.py::test", "")])

def pytest_unconfigure():
    print("TOLD", told)
"""


def test_what_was_made_for_who_asked_keeps_what_it_stands_on(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(f"import threading\n{SHORT}\n{REFUSED}")
    workload = "def test_attached(attached): pass\ndef test_next(): pass"
    pytester.makepyfile(test_a_nodes="def test_node(): pass", test_b_workload=workload)
    shown = pytester.runpytest_subprocess("-s", "-p", "no:cacheprovider").stdout.str()
    assert "TOLD ['detached', 'volume gone', 'image gone']" in shown


INTERRUPTED = """
from concurrent.futures import ThreadPoolExecutor
from selftests.patience import until
submit = ThreadPoolExecutor.submit

def interrupted(pool, *given):
    submit(pool, *given)
    until(lambda: told)
    raise KeyboardInterrupt

ThreadPoolExecutor.submit = interrupted
"""


def test_what_is_being_begun_when_the_interrupt_comes_is_ended(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SUITE + INTERRUPTED)
    pytester.makepyfile("def test_first(network): pass")
    assert "TOLD ['network 7 False', 'network gone']" in pytester.runpytest_subprocess("-s").stdout.str()
