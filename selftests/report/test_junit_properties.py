from pathlib import Path
from xml.etree import ElementTree

import pytest

from selftests import ROOT

pytest_plugins = ["pytester"]

TESTS = """
import pytest

each_node = pytest.mark.parametrize(
    "node", ["controller", "compute1", pytest.param("none", marks=pytest.mark.skip(reason="no node"))]
)

@pytest.mark.req("NOVA-3", "NOVA-8")
@each_node
def test_both(node):
    assert node != "compute1", "my_ip is another node's. Fix: correct it"

@pytest.mark.req("NEU-2")
def test_of_no_node():
    pass

@pytest.mark.req("NEU-3")
def test_that_cannot_begin(broken):
    pass

@pytest.mark.req("NEU-4")
def test_in_parts(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1

def test_of_no_row():
    pass

@pytest.fixture
def broken():
    pytest.fail("it cannot be made")
"""
Case = tuple[str, list[str], list[str]]


@pytest.fixture(params=["-n0", "-n2"])
def cases(
    request: pytest.FixtureRequest, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> list[ElementTree.Element]:
    """Of a run, without and with pytest-xdist."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_it_nodes=TESTS)
    plugins = ["-pfixtures.report.junit_properties", "-pno:allure_pytest", "-pno:cacheprovider"]
    pytester.makeini("[pytest]\nmarkers = req(row): the row")
    pytester.runpytest_subprocess(*plugins, request.param, "--junitxml=junit.xml")
    return list(ElementTree.parse(Path(pytester.path, "junit.xml")).iter("testcase"))


def values(case: ElementTree.Element, name: str) -> list[str]:
    return [each.get("value", "") for each in case.iter("property") if each.get("name") == name]


def test_each_check_is_one_case_with_its_rows_and_its_node(cases: list[ElementTree.Element]) -> None:
    both = ["NOVA-3", "NOVA-8"]
    told: list[Case] = [(case.get("name", ""), values(case, "row"), values(case, "node")) for case in cases]
    assert sorted(told) == [
        ("test_both[compute1]", both, ["compute1"]),
        ("test_both[controller]", both, ["controller"]),
        ("test_both[none]", both, []),
        ("test_in_parts", ["NEU-4"], []),
        ("test_of_no_node", ["NEU-2"], []),
        ("test_of_no_row", [], []),
        ("test_that_cannot_begin", ["NEU-3"], []),
    ]


def test_a_case_says_what_came_of_its_check(cases: list[ElementTree.Element]) -> None:
    words = ("failure", "error", "skipped")
    told = {case.get("name"): [each.tag for each in case if each.tag in words] for case in cases}
    assert {name: tags for name, tags in told.items() if tags} == {
        "test_both[compute1]": ["failure"],
        "test_both[none]": ["skipped"],
        "test_in_parts": ["failure", "failure"],  # the part, and that one has failed
        "test_that_cannot_begin": ["error"],
    }
