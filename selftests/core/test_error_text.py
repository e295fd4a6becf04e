from types import SimpleNamespace

import pytest

from fixtures.core.error_text import last_line, last_words


@pytest.mark.parametrize(("told", "last"), [("", ""), ("\n \n", ""), ("first\n last \n\n", "last"), ("only", "only")])
def test_the_last_line_is_one_with_something_in_it(told: str, last: str) -> None:
    assert last_line(told) == last


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (OSError("first\nlast"), "last"),
        (TimeoutError(), "TimeoutError"),
        (RuntimeError(SimpleNamespace(stderr="banner\r\nPermission denied\r\n")), "Permission denied"),
    ],
)
def test_of_testinfras_errors_it_is_ssh_that_speaks(error: Exception, last: str) -> None:
    assert last_words(error) == last
