import pytest

from fixtures.nodes.kept_out import TO_BE_TOLD, Unreadable, refusal, to_be_told


@pytest.mark.parametrize(
    "complaint",
    [
        "/etc/nova/nova.conf: it may not be read",
        "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)",
        "iptables-save: Could not fetch rule set generation id: Permission denied (you must be root)",
        "not root",
        "WARNING: Running as a non-root user. Functionality may be unavailable.",
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    ],
)
def test_who_may_not_look_is_told_to_be_root(complaint: str) -> None:
    told = refusal("controller", complaint)
    assert isinstance(told, PermissionError)
    assert str(told) == f"controller: {complaint}: {TO_BE_TOLD}"
    assert to_be_told(complaint, "restart it") == TO_BE_TOLD


@pytest.mark.parametrize(
    "complaint",
    [
        "/etc/nova/nova.conf: no regular file",
        "base64: /etc/nova/nova.conf: Input/output error",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        "database connection failed (No such file or directory)",
    ],
)
def test_what_is_broken_is_not_mended_by_being_root(complaint: str) -> None:
    told = refusal("controller", complaint)
    assert isinstance(told, Unreadable)
    assert str(told) == f"controller: {complaint}"
    assert to_be_told(complaint, "restart it") == "restart it"
