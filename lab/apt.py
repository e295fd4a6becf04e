"""Debian's archive as the host uses it: the lab's machines take their packages from the same places."""

import subprocess

_FORMAT = "$(LABEL)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
_LABELS = ("Debian", "Debian-Security")


def sources() -> str:
    """Return a sources.list of the Debian repositories the host knows, without third-party ones (apt-get(8))."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", _FORMAT, "Identifier: Packages"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = [row.split("|") for row in dict.fromkeys(targets.splitlines())]
    return "".join(f"deb {uri} {suite} {component}\n" for label, uri, suite, component in rows if label in _LABELS)
