import gzip
import json
import struct
from dataclasses import replace

import pytest

from fixtures.object.ring_devices import Place, states
from fixtures.object.rings import Ring, RingDevice, devices_in
from fixtures.object.swift_files import server_options

DEVICES = [
    {"device": "d1", "ip": "10.0.0.11", "replication_ip": "10.0.1.11", "port": 6200, "weight": 100.0},
    None,  # removed
    {"device": "d2", "ip": "10.0.0.12", "port": 6200, "weight": 0},  # drained
]
EXPECTED = [RingDevice("d1", frozenset({"10.0.0.11", "10.0.1.11"}), ("10.0.0.11", 6200))]


def text(size: str, content: object) -> bytes:
    packed = json.dumps(content).encode()
    return struct.pack(size, len(packed)) + packed


def ring(content: bytes) -> Ring:
    return Ring("object.ring.gz", "object", gzip.compress(content))


def test_a_ring_of_format_1_is_read() -> None:
    assignments = b"\0\0" * 256
    assert devices_in(ring(b"R1NG\0\1" + text("!I", {"devs": DEVICES, "part_shift": 24}) + assignments)) == EXPECTED


def test_a_ring_of_format_2_is_read() -> None:
    content = b"R1NG\0\2" + text("!Q", {"part_shift": 24}) + text("!Q", DEVICES)
    assert devices_in(ring(content + struct.pack("!Q", 0))) == EXPECTED


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no gzip",
        gzip.compress(b"R1NG\0\3"),
        gzip.compress(b"R1NG\0\1")[:-9],
        gzip.compress(b"R1"),
        gzip.compress(b"R1NG\0\1" + struct.pack("!I", 100_000) + b"[" * 100_000),
    ],
    # gzip has the time in it: no name for a test
    ids=["empty", "no-gzip", "of-format-3", "cut-off", "too-short", "nested-without-end"],
)
def test_what_is_no_ring_is_told(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"object\.ring\.gz is no ring"):
        devices_in(Ring("object.ring.gz", "object", packed))


def test_equal_rings_have_equal_checksums() -> None:
    assert Ring("a", "object", b"1").md5 == Ring("b", "object", b"1").md5 != Ring("a", "object", b"2").md5


def test_a_ring_that_has_no_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.object.rings.MOST", 1000)
    bomb = gzip.compress(b"\0" * 1001)
    with pytest.raises(ValueError, match="far too large"):
        devices_in(Ring("object.ring.gz", "object", bomb))


def test_a_servers_own_section_has_the_last_word() -> None:
    options = server_options(
        "[DEFAULT]\ndevices = /a\nuser = swift\n[app:object-server]\nset devices = /b%d\n", "object"
    )
    assert (options["devices"], options["user"]) == ("/b%d", "swift")


PLACE = Place("/srv/node/d1", "swift", must_be_mounted=True, reserve="1%")


def test_the_state_of_a_device_is_read() -> None:
    [device] = states([PLACE], ["yes no unknown 1000 500 100 50"])
    assert (device.exists, device.is_mounted, device.is_writable, device.is_full) == (True, False, None, False)


@pytest.mark.parametrize(
    ("reserve", "numbers", "is_full"),
    [
        ("1%", "1000 10 100 50", True),
        ("1%", "1000 11 100 50", False),
        ("1%", "1000 500 100 0", True),  # no inode is left
        ("1%", "1000 500 0 0", False),  # a file system without inodes
        ("10240", "1000 10 100 50", True),
        ("0", "1000 1 100 50", False),
    ],
)
def test_a_device_is_full_when_only_the_reserve_is_left(reserve: str, numbers: str, is_full: bool) -> None:
    [device] = states([replace(PLACE, reserve=reserve)], [f"yes yes yes {numbers}"])
    assert device.is_full == is_full
