import os

import pytest

from fixtures.core.environment import environment


class Fleeting(dict[str, str]):
    """A variable that is gone by the time its value is asked for, as pytest's own may be."""

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return None if name == "PYTEST_CURRENT_TEST" else super().get(name, default)


def test_a_variable_that_goes_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", Fleeting(PATH="/bin", LC_ALL="de_DE", PYTEST_CURRENT_TEST="test_x (call)"))
    assert environment(LC_ALL="C") == {"PATH": "/bin", "LC_ALL": "C"}
