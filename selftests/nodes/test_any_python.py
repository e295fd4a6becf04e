"""What nodes run as a program of Python's is of each version that they may have, from CentOS 7's to Debian 13's."""

import ast
from collections.abc import Iterator

import pytest

from fixtures.identity import login_probe, node_readings
from fixtures.network import tunnel_probe
from fixtures.tls import tls_probe

PROGRAMS = {
    "endpoints": node_readings.PROBE,
    "login": login_probe.PROBE,
    "tls": tls_probe.PROBE,
    "tunnels": tunnel_probe.PROBE,
}
# Source: docs.python.org, "What's New In Python" 3.10 to 3.13, "Removed"
GONE = {
    *("aifc", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb", "chunk", "crypt", "distutils", "formatter"),
    *("imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "parser", "pipes", "smtpd"),
    *("sndhdr", "spwd", "sunau", "symbol", "telnetlib", "uu", "xdrlib"),
}
GONE_OF = {("ssl", "wrap_socket"), ("ssl", "match_hostname"), ("os", "errno"), ("inspect", "getargspec")}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_its_words_are_those_of_the_oldest_python_3(program: str) -> None:
    ast.parse(program, feature_version=(3, 7))  # the oldest that it knows


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_it_uses_nothing_that_a_newer_python_has_not(program: str) -> None:
    assert not GONE & set(modules_of(program))
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not GONE_OF & used


def modules_of(program: str) -> Iterator[str]:
    """What it imports, without the packages that a module is in."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]
