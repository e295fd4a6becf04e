"""pytest on the suite, from any directory."""

import sys
from collections.abc import Sequence
from typing import Any

import pytest

from openstack_acceptance.places import CHECKOUT, IS_INSTALLED, cache

EARLY = "openstack_acceptance.early_conftest"
"""A plugin of pytest's, imported by pytest alone."""

PASSED_ON: dict[str, Any] = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""click's settings of a command that hands its words on as they are."""


def run_pytest(name: str, options: Sequence[str]) -> int:
    """Run pytest in this process; its exit code.

    Args:
        name: of the program, for pytest's own messages.
    """
    own = ["-p", EARLY, f"--config-file={CHECKOUT / 'pyproject.toml'}", f"--rootdir={CHECKOUT}"]
    kept = ["-o", f"cache_dir={cache()}"] if IS_INSTALLED else []  # what is installed is not to be written to
    sys.argv = [name, *own, *kept, *options]
    return pytest.console_main()
