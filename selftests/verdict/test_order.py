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
