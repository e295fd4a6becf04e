from pathlib import Path

import pytest
import testinfra

from fixtures.compute.libvirt import PROMPT, Domain, wait_until_console_answers
from fixtures.core.deadlines import Deadlines
from fixtures.core.proven import is_proven
from fixtures.core.waiting import WaitFailed
from fixtures.nodes.node import Node

# Shows an old prompt, and answers each Enter (0d) with one more until ^] (1d) comes
ALIVE = """
echo 'Escape character is ^]'
stty raw -echo
printf 'cirros login: '
while key=$(dd bs=1 count=1 2> /dev/null | od -An -tx1) && [ "$key" ]; do
    case $key in
    *0d*) printf '\\r\\ncirros login: ' ;;
    *1d*) printf '\\r\\nleft\\r\\n'; exit ;;
    esac
done
"""
BUSY = "echo 'error: Active console session exists for this domain' >&2; exit 1\n"


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Domain:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    here = testinfra.get_host("local://")
    return Domain(Node("here", frozenset(), here), here, "instance-00000001", "", "running")


def virsh(folder: Path, script: str) -> None:
    (folder / "virsh").write_text(f"#!/bin/sh\n[ -t 0 ] || exit 1\n{script}")
    (folder / "virsh").chmod(0o755)


def test_a_console_that_is_alive_answers_and_is_left(tmp_path: Path, domain: Domain) -> None:
    virsh(tmp_path, ALIVE)
    shown = domain.press_enter()
    assert shown.count(PROMPT) >= 2
    assert shown.endswith("left\n")


def test_a_console_that_cannot_be_opened_says_why(tmp_path: Path, domain: Domain) -> None:
    virsh(tmp_path, BUSY)
    assert "Active console session exists" in domain.press_enter()
    with pytest.raises(WaitFailed, match="Active console session exists") as told:
        wait_until_console_answers(domain, Deadlines(serial_console=0))
    assert is_proven(told.value)
