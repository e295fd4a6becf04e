"""A run that fails with a secret in every place, and everything that it writes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.core import known_secrets
from selftests import ROOT

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("no_known_secrets")
SECRET = "Tr0ub4dor&3 'x"
SUITE = f"""
import base64, json, logging, urllib.parse
import allure, pytest
from fixtures.core.known_secrets import know
SECRET = {SECRET!r}
know(SECRET)

@pytest.fixture
def broken_end():
    yield
    raise RuntimeError("in the end: " + SECRET)

def test_in_a_message():
    raise RuntimeError("password = " + SECRET)

def test_in_an_assertion():
    value = SECRET
    assert value == "x", f"it was {{value}}"

def test_in_a_local():
    held = [SECRET, {{"deep": base64.b64encode(("admin:" + SECRET).encode())}}]
    raise ValueError("nothing to see")

def test_in_a_step():
    with allure.step("step " + SECRET):
        raise RuntimeError(urllib.parse.quote(SECRET, safe=""))

def test_in_what_is_printed_and_logged():
    print("out", SECRET)
    logging.warning("log %s", json.dumps(SECRET))
    try:
        raise RuntimeError("cause " + SECRET)
    except RuntimeError:
        logging.exception("with a traceback")
    raise RuntimeError("again")

def test_in_a_reason():
    pytest.skip("because " + SECRET)

def test_in_the_end(broken_end):
    pass

def test_key():
    raise RuntimeError("-----BEGIN RSA PRIVATE KEY-----\\nMIIEabcdefgh\\n-----END RSA PRIVATE KEY-----")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "pytest_plugins = ['fixtures.core.redacted_logs', 'fixtures.report.redacted_results']\n\n"
    )
    pytester.makepyfile(test_secrets=SUITE)
    return pytester


FORMS = sorted({*known_secrets._forms(SECRET), "MIIEabcdefgh"})


def leaks(text: str) -> list[str]:
    return [form for form in FORMS if form in text]


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix in {".json", ".xml", ".log", ".txt"}:
            yield file.name, file.read_text(errors="replace")


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_nothing_that_a_run_writes_has_the_secret(suite: pytest.Pytester, workers: tuple[str, ...]) -> None:
    options = ["-l", "-vv", "-rA", "--log-level=DEBUG", "--alluredir=results", "--junitxml=junit.xml", *workers]
    result = suite.runpytest_subprocess(*options, "--log-file=run.log", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=6, passed=1, skipped=1, errors=1)
    assert leaks(result.stdout.str() + result.stderr.str()) == []
    written = dict(files(suite.path))
    assert {name: leaks(text) for name, text in written.items() if leaks(text)} == {}
    assert len([name for name in written if name.endswith("-result.json")]) >= 8
    assert "***" in written["junit.xml"]


def test_a_message_stays_a_message(suite: pytest.Pytester) -> None:
    suite.runpytest_subprocess("--alluredir=results", "--junitxml=junit.xml", "-k", "in_a_message")
    (told,) = [json.loads(text) for name, text in files(suite.path) if name.endswith("-result.json")]
    assert told["statusDetails"]["message"] == "RuntimeError: password = ***"
    assert 'message="RuntimeError: password = ***"' in (suite.path / "junit.xml").read_text()


def test_an_error_of_a_plugin_hides_it_too(suite: pytest.Pytester) -> None:
    with (suite.path / "conftest.py").open("a") as file:
        file.write(f"\n\ndef pytest_collection_finish():\n    raise RuntimeError({SECRET!r})\n")
    result = suite.runpytest_subprocess()
    assert leaks(result.stdout.str() + result.stderr.str()) == []
    result.stdout.fnmatch_lines(["INTERNALERROR> *RuntimeError: [*][*][*]"])
