import logging

import pytest

from selftests import ROOT

pytest_plugins = ["pytester"]

CONFTEST = 'pytest_plugins = ["fixtures.report.redacted_results", "fixtures.core.redacted_logs"]'
TEST = """
import logging

def test_it():
    print("password=s3cret-1")
    logging.getLogger("keystoneauth").debug('{"password": "%s"}', "s3cret-2")
"""


def test_neither_output_nor_logs_of_a_test_show_a_secret(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TEST)
    run = pytester.runpytest_subprocess("-rA", "--log-level=DEBUG", "--log-file=log", "--alluredir=results")
    written = [*pytester.path.glob("results/*"), pytester.path / "log"]
    texts = [str(run.stdout), *(file.read_text() for file in written)]
    assert "s3cret" not in "".join(texts)
    assert (str(run.stdout).count("***"), texts[-1].count("***")) == (2, 1)


def test_a_log_line_that_cannot_be_formatted_stays() -> None:
    record = logging.getLogRecordFactory()("x", logging.INFO, "", 0, "%d of them", ("two",), None)
    assert (record.msg, record.args) == ("%d of them", ("two",))
