"""Where the suite is, and where its results go."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
COPY = HERE / "checkout"
"""Of the suite, in a wheel (setup.py)."""
IS_INSTALLED = COPY.is_dir()
CHECKOUT = COPY if IS_INSTALLED else HERE.parent


def reports() -> Path:
    """The folder of all runs, as fixtures/core/installed.py has it."""
    return (Path.cwd() if IS_INSTALLED else CHECKOUT) / "reports"


def cache() -> Path:
    """What pytest remembers of the last run (--last-failed); of a checkout it is in there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "openstack-acceptance" / "pytest"
