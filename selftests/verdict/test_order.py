import pytest

from selftests import ROOT

pytest_plugins = ["pytester"]


def test_the_longest_workloads_come_last(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    test = "import pytest\n@pytest.mark.req('{}')\ndef test_{}(): pass\n"
    for service, name, level in (("compute", "moved", "workload"), ("compute", "moved", "nodes")):
        folder = pytester.mkdir(service) if level == "workload" else pytester.path / service
        file = folder / f"test_{service}_{level}.py"
        file.write_text(test.format("NOVA-17", f"{name}_{level}") + test.format("NOVA-14", f"booted_{level}"))
    folder = pytester.mkdir("block")
    (folder / "test_block_workload.py").write_text(test.format("CIN-4", "attached"))
    pytester.makeini("[pytest]\nmarkers = req: row")
    shown = pytester.runpytest_subprocess("-v", "-p", "fixtures.verdict.order", "-p", "no:cacheprovider").stdout.str()
    names = ["moved_nodes", "booted_nodes", "booted_workload", "attached", "moved_workload"]
    assert [line.split("::test_")[1].split()[0] for line in shown.splitlines() if "PASSED" in line] == names


FURTHER = """
import pytest

@pytest.fixture(params=["compute1", "compute2"])
def server_on_node(request): return request.param

@pytest.mark.req("NOVA-14")
def test_placed(server_on_node): pass

@pytest.mark.req("NOVA-14")
def test_booted(): pass
"""


def test_workloads_with_further_servers_come_behind_the_networks(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (pytester.mkdir("compute") / "test_compute_workload.py").write_text(FURTHER)
    for service, row in (("network", "NEU-12"), ("block", "CIN-4")):
        check = f"import pytest\n@pytest.mark.req('{row}')\ndef test_{service}(): pass\n"
        (pytester.mkdir(service) / f"test_{service}_workload.py").write_text(check)
    pytester.makeini("[pytest]\nmarkers = req: row")
    shown = pytester.runpytest_subprocess("-v", "-p", "fixtures.verdict.order", "-p", "no:cacheprovider").stdout.str()
    ran = [line.split("::test_")[1].split()[0] for line in shown.splitlines() if "PASSED" in line]
    assert ran == ["booted", "network", "placed[compute1]", "placed[compute2]", "block"]


FIRST = """
import pytest
from fixtures.verdict.order import WAITS, TELLS_FIRST

def pytest_collection_modifyitems(items):
    for item in items:
        item.stash[WAITS] = 0 if "hand" in item.name else 2 if "late" in item.name else 1
        item.stash[TELLS_FIRST] = "off" in item.name
"""


def test_what_tells_a_cause_comes_before_what_is_at_hand(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(FIRST)
    marks = "@pytest.mark.req('NOVA-6')\n@pytest.mark.parametrize('node', {})\n"
    checks = f"import pytest\n{marks}def test_it(node): pass\n"
    for service, nodes in (("surroundings", ["late", "on", "at hand"]), ("block", ["on", "at hand", "off"])):
        (pytester.mkdir(service) / f"test_{service}_nodes.py").write_text(checks.format(nodes))
    pytester.makeini("[pytest]\nmarkers = req: row")
    shown = pytester.runpytest_subprocess("-v", "-p", "fixtures.verdict.order", "-p", "no:cacheprovider").stdout.str()
    ran = [line.split(" PASSED")[0].partition("_nodes.py::test_it") for line in shown.splitlines() if " PASSED" in line]
    assert [file.rpartition("_")[2] + node for file, _, node in ran] == [
        "block[off]",
        "surroundings[at hand]",
        "block[at hand]",
        "surroundings[on]",
        "block[on]",
        "surroundings[late]",
    ]
