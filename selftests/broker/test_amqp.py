import io
import struct

import pytest

from fixtures.broker.amqp import (
    BLOCKED,
    CHANNEL_CLOSE,
    CHANNEL_OPEN_OK,
    CLOSE,
    CLOSE_OK,
    DECLARE_OK,
    GET_OK,
    MESSAGE,
    OPEN_OK,
    PROTOCOL_HEADER,
    START,
    START_OK,
    TUNE,
    UNBLOCKED,
    NotPassed,
    Refused,
    frame,
    open_session,
    pass_message,
    read_method,
    short_string,
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


LET_IN = (frame(START, b"\0\x09"), frame(TUNE, LIMITS), frame(OPEN_OK, b"\0"))
WITH_QUEUE = (
    *LET_IN,
    frame(CHANNEL_OPEN_OK, b"\0" * 4, 1),
    frame(DECLARE_OK, short_string("amq.gen-1") + b"\0" * 8, 1),
)

HEADER = b"\2\0\1\0\0\0\x0e\0\x3c\0\0\0\0\0\0\0\0\0\x14\0\0\xce"
BODY = b"\3\0\1\0\0\0\x14" + MESSAGE + b"\xce"


@pytest.mark.parametrize("before", [b"", HEARTBEAT, frame(UNBLOCKED, b"")])
def test_a_message_goes_to_a_queue_of_its_own_and_comes_back(before: bytes) -> None:
    broker = FakeBroker(*WITH_QUEUE, before, frame(GET_OK, b"\0" * 12, 1), HEADER, BODY, frame(CLOSE_OK, b""))
    pass_message(broker, "openstack", "guessme", "/")
    sent = broker.heard
    assert b"\x12connection.blockedt\1" in sent
    # Source: amqp0-9-1.xml: queue.declare, basic.publish, the content's header and body, basic.get; all on channel 1
    declare, publish, get = b"\0\x32\0\x0a\0\0\0\x0c\0\0\0\0", b"\0\x3c\0\x28\0\0\0\x09amq.gen-1\0", b"\0\x3c\0\x46\0\0"
    assert sent.index(declare) < sent.index(publish) < sent.index(HEADER) < sent.index(BODY) < sent.index(get)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (frame(BLOCKED, short_string("low on disk")), "it has blocked the connection: low on disk"),
        (
            frame(CHANNEL_CLOSE, b"\1\x93" + short_string("ACCESS_REFUSED - no") + b"\0" * 4, 1),
            "403 ACCESS_REFUSED - no",
        ),
        (frame((60, 72), b"\0", 1), r"it sent the method \(60, 72\)"),
        (b"", "it hung up without a word"),
    ],
)
def test_why_a_message_does_not_come_back_is_told(said: bytes, told: str) -> None:
    with pytest.raises(NotPassed, match=told):
        pass_message(FakeBroker(*WITH_QUEUE, said), "openstack", "guessme", "/")


def test_who_is_not_let_in_sends_nothing() -> None:
    broker = FakeBroker(frame(START, b"\0\x09"), close(403, "ACCESS_REFUSED - Login was refused"))
    with pytest.raises(Refused):
        pass_message(broker, "openstack", "guessme", "/")
    assert BODY not in broker.heard
