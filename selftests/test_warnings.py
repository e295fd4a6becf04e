"""A library's warning fails no check of a cloud; one that our own modules cause fails a self-test."""

import warnings

import pytest
from openstack.warnings import ConfigurationWarning, UnsupportedServiceVersion
from urllib3.exceptions import InsecureRequestWarning

from selftests import ROOT

pytest_plugins = ["pytester"]

CHECK = """
import warnings

def test_of_a_cloud():
    warnings.warn_explicit({text!r}, {category}, "library.py", 1, module={module!r})
"""


def run(pytester: pytest.Pytester, text: str, category: str, module: str) -> pytest.RunResult:
    pytester.makepyfile(CHECK.format(text=text, category=category, module=module))
    return pytester.runpytest_subprocess("-c", f"{ROOT}/pyproject.toml", "--rootdir=.", "-pno:allure_pytest", ".")


@pytest.mark.parametrize("module", ["openstack.config.loader", "tests.compute.test_compute_api"])
@pytest.mark.parametrize("category", ["UserWarning", "Warning", "RuntimeWarning"])
def test_no_warning_fails_a_check(pytester: pytest.Pytester, category: str, module: str) -> None:
    result = run(pytester, "a version that it does not know", category, module)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*a version that it does not know*"])


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Unverified HTTPS request is being made to host 'controller'", "UserWarning"),
        ("an argument of old", "DeprecationWarning"),
        ("a socket", "ResourceWarning"),
    ],
)
def test_what_nobody_can_do_anything_about_is_not_shown(pytester: pytest.Pytester, text: str, category: str) -> None:
    run(pytester, text, category, "urllib3.connectionpool").assert_outcomes(passed=1, warnings=0)


@pytest.mark.parametrize(
    "module", ["fixtures.cloud.client", "tests.compute.test_compute_api", "lab.faults", "conftest"]
)
@pytest.mark.parametrize("category", [UserWarning, DeprecationWarning, PendingDeprecationWarning])
def test_in_a_self_test_our_own_are_errors(module: str, category: type[Warning]) -> None:
    with pytest.raises(category):
        warnings.warn_explicit("x", category, "x.py", 1, module=module)


@pytest.mark.parametrize("category", [UnsupportedServiceVersion, ConfigurationWarning, InsecureRequestWarning])
def test_those_of_libraries_are_not(category: type[Warning]) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.warn_explicit("x", category, "x.py", 1, module="fixturesque.client")
    assert [each.category for each in told] == [category]


def test_nor_is_a_connection_that_is_still_open() -> None:
    warnings.warn_explicit("x", ResourceWarning, "x.py", 1, module="fixtures.cloud.client")
