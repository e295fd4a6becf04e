import pytest

from fixtures.preflight.ssh_failures import why

# As OpenSSH 9.2, sudo 1.9, cloud-init and paramiko 4 say it
CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Add correct host key in /root/.ssh/known_hosts to get rid of this message.
Offending ED25519 key in /root/.ssh/known_hosts:3
  remove with:
  ssh-keygen -f "/root/.ssh/known_hosts" -R "c1"
Host key for c1 has changed and you have requested strict checking.
Host key verification failed.
"""
UNKNOWN = "No ED25519 host key is known for c1 and you have requested strict checking.\nHost key verification failed.\n"
NO_KEY = (
    "Warning: Identity file /k not accessible: No such file or directory.\nroot@c1: Permission denied (publickey).\n"
)
OPEN_KEY = """@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
Load key "/k": bad permissions
root@c1: Permission denied (publickey).
"""
JUMP = """channel 0: open failed: connect failed: No route to host
stdio forwarding failed
Connection closed by UNKNOWN port 65535
"""


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("ssh: Could not resolve hostname c9: Name or service not known", "no name server and no file here knows c9"),
        ("[Errno -2] Name or service not known", "nobody here knows that name"),
        ("ssh: connect to host c1 port 22: Connection refused", "it refuses SSH"),
        ("[Errno None] Unable to connect to port 22 on 10.0.0.11", "it refuses SSH"),
        ("ssh: connect to host c1 port 22: No route to host", "no route to it"),
        ("ssh: connect to host c1 port 22: Connection timed out", "it does not answer"),
        ("c1 did not answer within 60 s", "it does not answer"),
        (JUMP, "no route to it"),
        (CHANGED, "its host key is not the one in /root/.ssh/known_hosts"),
        ("Host key for server 'c1' does not match: got 'AAAA', expected 'BBBB'", "its host key is not the one in"),
        (UNKNOWN, "its host key is not known here"),
        ("root@c1: Permission denied (publickey,password).", "it refuses user and key (it takes publickey,password)"),
        ("Authentication failed.", "it refuses user and key"),
        (NO_KEY, "there is no key /k"),
        (OPEN_KEY, "others may read the key file"),
        ("Received disconnect from 10.0.0.11: Too many authentication failures", "it was shown too many keys"),
        ('Please login as the user "debian" rather than the user "root".', "it lets nobody in as this user"),
        ("Unable to negotiate with c1: no matching host key type found. Their offer: ssh-rsa", "no host key type"),
        ("kex_exchange_identification: Connection closed by remote host", "it closes the connection"),
        ("/f: line 1: Bad configuration option: hostnam", "ssh has no option hostnam"),
        ("sudo: a password is required", "sudo wants a password"),
        ("sudo: a terminal is required to read the password", "sudo wants a password"),
        ("sudo: sorry, you must have a tty to run sudo", "sudo wants a terminal"),
        ("alice is not in the sudoers file.", "its user may not use sudo"),
        ("sh: 1: sudo: not found", "it has no sudo"),
        ("/bin/sh: 1: ssh: not found", "there is no ssh here"),
        ("cosmic rays", "it cannot be asked: cosmic rays"),
        ("", "it cannot be asked: nothing was said"),
    ],
)
def test_what_was_said_is_told_in_one_line_with_a_fix(told: str, seen: str) -> None:
    line = why("c1", told, "ssh c1 uname -n")
    assert line.startswith(f"--hosts: c1: {seen}")
    assert ". Fix: " in line
    assert "\n" not in line
    assert "{" not in line


def test_a_changed_key_is_forgotten_where_it_is() -> None:
    assert "ssh-keygen -R c1 -f /root/.ssh/known_hosts and ssh c1 once" in why("c1", CHANGED, "")
