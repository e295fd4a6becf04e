import io
from collections.abc import Callable
from typing import cast

import pytest
from requests import Response

from fixtures.cloud.api.bounded_bodies import CHUNK, TooLargeBody, body_of, keep_body, parts_of


class Endless(io.RawIOBase):
    """A body without an end; how much of it was read."""

    came = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.came += size
        return b"x" * size


def answer(body: io.RawIOBase | io.BytesIO) -> Response:
    made = Response()
    made.raw, made.url, made.status_code = body, "http://10.0.0.11:9696/v2.0/ports?marker=1", 200
    return made


def test_a_body_is_kept_as_ever() -> None:
    keep_body(told := answer(io.BytesIO(b'{"ports": []}')))
    assert (told.content, told.json()) == (b'{"ports": []}', {"ports": []})


@pytest.mark.parametrize("read", [keep_body, body_of])
def test_one_without_an_end_is_not_read_on(read: Callable[[Response, int], object]) -> None:
    endless = Endless()
    with pytest.raises(TooLargeBody, match=r"^http://10.0.0.11:9696/v2.0/ports answers with more than 3 MiB\. Fix: "):
        read(answer(endless), 3 * CHUNK)
    assert endless.came <= 4 * CHUNK


def test_the_beginning_of_one_is_enough_for_some() -> None:
    assert len(b"".join(parts_of(answer(cast(io.RawIOBase, Endless())), 10))) == CHUNK
