"""Trying whether the kernel permits something, in a process that ends at once and with it all that it made."""

import ctypes
import errno
import os
from collections.abc import Callable

# linux/sched.h; Python has them from 3.12 on.
NAMESPACES = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_RECURSIVE, _PRIVATE = 0x4000, 0x40000  # sys/mount.h: MS_REC, MS_PRIVATE
_TRACE_ME = 0  # sys/ptrace.h: PTRACE_TRACEME
_LIBC = ctypes.CDLL(None, use_errno=True)


def refusal(act: Callable[[], None]) -> str:
    """Do something in a child process; return what the kernel has against it, in its words, or ""."""
    child = os.fork()
    if child == 0:
        _end_after(act)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    # A seccomp filter may kill instead of refusing.
    return os.strerror(code if code >= 0 else errno.EPERM) if code else ""


def _end_after(act: Callable[[], None]) -> None:
    code = errno.EIO  # for what is no OSError: the child must never go on as if it were its parent
    try:
        act()
        code = 0
    except OSError as error:
        code = error.errno or errno.EIO
    finally:
        os._exit(code)


def unshare(namespace: str) -> None:
    """Enter a new namespace of this kind (unshare(2)); for a child process. Raises OSError."""
    _call(_LIBC.unshare(NAMESPACES[namespace]))


def mount_overlay(lower: str, upper: str, work: str, target: str) -> None:
    """Mount an overlay that only this process sees; for a child process. Raises OSError."""
    unshare("mount")
    _call(_LIBC.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None))
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    _call(_LIBC.mount(b"overlay", target.encode(), b"overlay", 0, options.encode()))


def be_traced() -> None:
    """Let the parent trace this process (ptrace(2)); for a child process. Raises OSError."""
    _call(_LIBC.ptrace(_TRACE_ME, 0, None, None))


def _call(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
