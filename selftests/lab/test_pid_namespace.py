import os
import subprocess
import sys

import pytest

from lab import pid_namespace
from lab.command import MARKER
from selftests import ROOT

SHOW = "from lab.command import MARKER; print(*MARKER.values())"


def test_the_hosts_own_needs_no_tag() -> None:
    assert pid_namespace.tag("pid:[4026531836]") == ""
    assert pid_namespace.tag("pid:[4026532201]") == "-4026532201"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a PID namespace")
def test_a_host_does_not_take_the_processes_of_a_lab_in_a_container_for_its_own() -> None:
    words = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", SHOW]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert shown.startswith("started-by-lab-")
    assert shown not in MARKER.values()
