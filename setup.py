"""The wheel: the command, and a copy of the suite in its package, where no name of ours can clash with another's.

pyproject.toml says all the rest. An editable install has no copy: there the command runs the checkout itself.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

COPY = Path("openstack_acceptance", "checkout")
"""openstack_acceptance/places.py looks for it there."""
SUITE = (
    "conftest.py",
    "pyproject.toml",
    "tests/**/*",
    "fixtures/**/*",
    "docs/*.md",
    "docs/*.json",
    "docs/rows/**/*",
    "reports/*.py",
    "reports/*.mjs",
    "reports/package*.json",
)
PACKAGES_OF_REPORTS = "reports/*/__init__.py"
"""Beside them runs leave their results in reports/."""


def suite() -> Iterator[Path]:
    """The files of the suite, as setuptools is called in the checkout."""
    packages = [f"{init.parent}/**/*" for init in Path().glob(PACKAGES_OF_REPORTS)]
    found = (path for pattern in (*SUITE, *packages) for path in sorted(Path().glob(pattern)))
    return (path for path in found if path.is_file() and "__pycache__" not in path.parts)


class BuildWithSuite(build_py):
    """Copies the suite beside the command."""

    def run(self) -> None:
        """Copy it anew: what an earlier build left there may be gone from the checkout."""
        super().run()
        if self.editable_mode:
            return
        copy = self.build_lib / COPY
        shutil.rmtree(copy, ignore_errors=True)
        for file in suite():
            self.mkpath(str(copy / file.parent))
            self.copy_file(str(file), str(copy / file))

    def get_source_files(self) -> list[str]:
        """A source distribution has them, too."""
        return [*super().get_source_files(), *map(str, suite())]


setup(cmdclass={"build_py": BuildWithSuite})
