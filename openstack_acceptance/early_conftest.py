"""A plugin of pytest's: the suite's options are known from whichever directory it is called."""

import pytest

from openstack_acceptance.places import CHECKOUT


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have the suite's conftest.py loaded before the options are read, whichever files are named.

    Otherwise pytest looks for it beside these, or in the current directory (its reference, "Collection order").
    """
    early = early_config.known_args_namespace
    early.file_or_dir = [*early.file_or_dir, str(CHECKOUT / "tests")]
