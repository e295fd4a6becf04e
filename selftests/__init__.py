"""Tests of the suite itself, in the folders of what they test; tools/ is run by hand, on a lab."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""Of the checkout."""
