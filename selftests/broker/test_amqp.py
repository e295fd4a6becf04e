import io
import struct

import pytest

from fixtures.broker.amqp import (
    CLOSE,
    CLOSE_OK,
    OPEN_OK,
    PROTOCOL_HEADER,
    START,
    START_OK,
    TUNE,
    Refused,
    frame,
    open_session,
    read_method,
    table,
)

LIMITS = struct.pack(">HIH", 2047, 131072, 60)
HEARTBEAT = b"\x08\0\0\0\0\0\0\xce"


class FakeBroker(io.BufferedIOBase):
    """Says its lines, whatever it hears."""

    def __init__(self, *lines: bytes) -> None:
        self.lines = io.BytesIO(b"".join(lines))
        self.heard = b""

    def read(self, size: int | None = -1, /) -> bytes:
        return self.lines.read(size)

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.heard += data
        return len(data)


def close(code: int, text: str) -> bytes:
    return frame(CLOSE, struct.pack(">HB", code, len(text)) + text.encode() + b"\0\0\0\0")


def test_a_frame_is_built_byte_by_byte() -> None:
    assert frame(CLOSE_OK, b"") == b"\x01\0\0\0\0\0\x04\0\x0a\0\x33\xce"


def test_a_table_is_built_byte_by_byte() -> None:
    assert table({"a": True, "b": {}}) == b"\0\0\0\x0b" + b"\x01at\x01" + b"\x01bF\0\0\0\0"


def test_a_frame_is_read_back_and_heartbeats_are_passed_over() -> None:
    assert read_method(FakeBroker(HEARTBEAT, frame(TUNE, LIMITS))) == (TUNE, LIMITS)


def test_a_session_is_opened_with_name_and_password() -> None:
    broker = FakeBroker(frame(START, b"\0\x09"), frame(TUNE, LIMITS), frame(OPEN_OK, b"\0"), frame(CLOSE_OK, b""))
    open_session(broker, "openstack", "guessme", "/")
    assert broker.heard.startswith(PROTOCOL_HEADER)
    login = b"\x05PLAIN\0\0\0\x12\0openstack\0guessme\x05en_US"
    assert login in broker.heard
    assert struct.pack(">HH", *START_OK) in broker.heard


def test_a_wrong_password_is_told_in_the_brokers_words_alone() -> None:
    broker = FakeBroker(frame(START, b"\0\x09"), close(403, "ACCESS_REFUSED - Login was refused"))
    with pytest.raises(Refused) as told:
        open_session(broker, "openstack", "guessme", "/")
    assert str(told.value) == "403 ACCESS_REFUSED - Login was refused"


def test_a_refused_virtual_host_is_told() -> None:
    broker = FakeBroker(frame(START, b"\0\x09"), frame(TUNE, LIMITS), close(530, "NOT_ALLOWED - vhost /x not found"))
    with pytest.raises(Refused, match="530 NOT_ALLOWED"):
        open_session(broker, "openstack", "guessme", "/x")


@pytest.mark.parametrize(
    ("said", "told"), [(b"", "hung up without a word"), (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak AMQP")]
)
def test_one_who_is_no_broker_is_told(said: bytes, told: str) -> None:
    with pytest.raises(EOFError, match=told):
        open_session(FakeBroker(said), "openstack", "guessme", "/")


@pytest.mark.parametrize("size", [0, 3, 128 * 1024 + 1, 2**32 - 1])
def test_a_frame_of_another_size_is_not_read(size: int) -> None:
    with pytest.raises(EOFError, match="does not speak AMQP"):
        read_method(FakeBroker(struct.pack(">BHI", 1, 0, size)))


@pytest.mark.parametrize(
    ("arguments", "told"), [(b"", "0 "), (b"\1\x93\xffno", "403 no"), (b"\1\x93\2\xff\xfe", "403 ")]
)
def test_a_refusal_of_any_form_is_one(arguments: bytes, told: str) -> None:
    with pytest.raises(Refused, match=f"^{told}"):
        open_session(FakeBroker(frame(CLOSE, arguments)), "openstack", "guessme", "/")
