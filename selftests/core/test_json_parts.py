from collections.abc import Callable, Mapping

import pytest

from fixtures.core.json_parts import list_at, number_at, object_in, objects_at, text_at

TOLD = {"text": "active", "number": 7, "list": [{"id": 1}, "x", None], "object": {"id": 1}, "none": None}


@pytest.mark.parametrize("text", ["", "{", "[1]", '"text"', "null", "7", b"\xff", "[" * 200_000])
def test_what_is_no_object_is_none(text: str | bytes) -> None:
    assert object_in(text) is None


def test_an_object_is_read() -> None:
    assert object_in(b'{"id": [1]}') == {"id": [1]}


@pytest.mark.parametrize(
    ("read", "there"),
    [
        (text_at, {"text": "active"}),
        (number_at, {"number": 7}),
        (list_at, {"list": TOLD["list"]}),
        (objects_at, {"list": [{"id": 1}]}),
    ],
)
def test_what_is_of_another_type_is_as_if_it_were_not_there(
    read: Callable[[Mapping[str, object], str], object], there: dict[str, object]
) -> None:
    assert {name: found for name in (*TOLD, "absent") if (found := read(TOLD, name))} == there
