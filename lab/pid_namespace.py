"""The PID namespace of this process: labs of several (a host's, a container's, a bare machine's) must not meddle."""

import os

_FIRST = "pid:[4026531836]"  # PROC_PID_INIT_INO in Linux' include/linux/proc_ns.h


def tag(namespace: str = "") -> str:
    """Return what sets names of this namespace apart from those of others: "-4026532201", "" in the host's own.

    Arguments:
        namespace: another one, as namespaces(7) has it: pid:[4026532201].
    """
    own = namespace or os.readlink("/proc/self/ns/pid")
    return "" if own == _FIRST else f"-{own.strip('pid:[]')}"
