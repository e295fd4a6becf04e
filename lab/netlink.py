"""Questions to the kernel over netlink(7): what `ip` and `iptables` ask, before either is installed."""

import errno
import os
import socket
import struct

_REQUEST, _ACK, _NEW = 0x1, 0x4, 0x600  # linux/netlink.h: NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE with NLM_F_EXCL
_ERROR = 2  # NLMSG_ERROR; with error 0 it is the acknowledgement
_HEADER = struct.Struct("=IHHII")
_NETFILTER = 12  # NETLINK_NETFILTER
_NEW_LINK = 16  # linux/rtnetlink.h: RTM_NEWLINK
_LINK_INFO, _INFO_KIND, _INFO_DATA = 18, 1, 2  # linux/if_link.h: IFLA_LINKINFO and what it holds
_VXLAN_ID = 1  # IFLA_VXLAN_ID, without which no vxlan is made
_COMPAT_GET = 11 << 8  # linux/netfilter/nfnetlink.h: NFNL_SUBSYS_NFT_COMPAT; its only message
_COMPAT_NAME, _COMPAT_REVISION, _COMPAT_TYPE = 1, 2, 3  # linux/netfilter/nf_tables_compat.h: NFTA_COMPAT_…


def add_link(kind: str) -> None:
    """Make a link of this kind in the present network namespace (rtnetlink(7)); raises OSError."""
    data = _attribute(_INFO_DATA, _attribute(_VXLAN_ID, struct.pack("=I", 1))) if kind == "vxlan" else b""
    info = _attribute(_LINK_INFO, _attribute(_INFO_KIND, kind.encode()) + data)
    _require(_ask(socket.NETLINK_ROUTE, _NEW_LINK, _NEW, bytes(16) + info))


def find_extension(name: str, target: bool) -> None:
    """Ask for a match or target of iptables, as iptables over nf_tables does; raises OSError if it is not there."""
    attributes = (
        _attribute(_COMPAT_NAME, name.encode() + b"\0")
        + _attribute(_COMPAT_REVISION, struct.pack("!I", 0))
        + _attribute(_COMPAT_TYPE, struct.pack("!I", target))
    )
    answer = _ask(_NETFILTER, _COMPAT_GET, 0, struct.pack("!BBH", socket.AF_INET, 0, 0) + attributes)
    # Some begin with revision 1: net/netfilter/x_tables.c, xt_find_revision(), says so with this error.
    _require(0 if answer == errno.EPROTONOSUPPORT else answer)


def _require(answer: int) -> None:
    if answer:
        raise OSError(answer, os.strerror(answer))


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _ask(protocol: int, message: int, flags: int, body: bytes) -> int:
    """Send a message and return the errno(3) of the answer, 0 if it is what was asked for."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.settimeout(10.0)  # seconds; it may load a module first
        kernel.send(_HEADER.pack(_HEADER.size + len(body), message, _REQUEST | _ACK | flags, 1, 0) + body)
        answer = kernel.recv(8192)
    (kind,) = struct.unpack_from("=H", answer, 4)
    (code,) = struct.unpack_from("=i", answer, _HEADER.size)
    return -code if kind == _ERROR else 0
